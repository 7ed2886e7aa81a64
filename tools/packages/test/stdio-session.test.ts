import { expect, it } from '@jest/globals';
import { talkOverStdio } from '../src/stdio-session.ts';

const answer = (id: number, result: object): string =>
  `console.log(JSON.stringify({ jsonrpc: '2.0', id: ${id}, result: ${JSON.stringify(result)} }));`;
const info = answer(1, { serverInfo: { name: 'x', version: '1.0.0' } });
const tools = answer(2, { tools: [{ name: 'query' }] });
const untilEnd = "process.stdin.resume().on('end', () => process.exit(0));";

it('reports name, version, tools and exit code of a server that behaves', async () => {
  expect(await talkOverStdio([process.execPath, '-e', `${info}${tools}${untilEnd}`], '.')).toEqual({
    serverName: 'x',
    serverVersion: '1.0.0',
    tools: ['query'],
    exitCode: 0,
  });
});

it.each([
  ['a greeting on stdout', `console.log('Hello');${info}${tools}${untilEnd}`, 'not JSON-RPC: Hello'],
  ['JSON that is no JSON-RPC', `console.log('{}');${info}${tools}${untilEnd}`, 'not JSON-RPC: {}'],
  ['an early end', 'process.exit(3)', 'exit code 3'],
  ['silence', 'setInterval(() => {}, 1000)', 'did not answer'],
])('refuses %s', async (_title, program, message) => {
  await expect(talkOverStdio([process.execPath, '-e', program], '.', 2_000)).rejects.toThrow(message);
});
