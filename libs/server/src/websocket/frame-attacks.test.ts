import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { startHttp } from '../../test/fixture/start-http.ts';
import { echoBody } from '../../test/raw-http.ts';
import { frame, opcodes, openRaw } from '../../test/raw-websocket.ts';

const maxMessageBytes = 64 * 1024;

interface Row {
  readonly input: string;
  readonly frames: readonly (string | Buffer)[];
  /** Close code, or undefined when the connection lives on. */
  readonly verdict: number | undefined;
  readonly reason: string;
  /** What is answered. */
  readonly says?: RegExp;
  readonly counts?: string;
}

const { continuation, text, binary, close, ping, pong } = opcodes;
const call = echoBody();
const part = (payload: string | Buffer, opcode: number, isLast: boolean): Buffer => frame(payload, { opcode, isLast });
const repeat = (count: number, one: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => one));

const frames: readonly Row[] = [
  { input: 'a call', frames: [call], verdict: undefined, reason: 'as it should be', says: /hi modern websocket/ },
  {
    input: 'a call in fragments',
    frames: [part(call.slice(0, 9), text, false), part(call.slice(9, 40), continuation, false), part(call.slice(40), continuation, true)],
    verdict: undefined,
    reason: 'RFC 6455, 5.4',
    says: /hi modern websocket/,
  },
  {
    input: 'a call with a ping between its fragments',
    frames: [part(call.slice(0, 9), text, false), frame('', { opcode: ping }), part(call.slice(9), continuation, true)],
    verdict: undefined,
    reason: 'RFC 6455, 5.4',
    says: /hi modern websocket/,
  },
  { input: 'a binary frame', frames: [frame(call, { opcode: binary })], verdict: 1003, reason: 'JSON is text', counts: 'websocket-binary' },
  { input: 'an unmasked frame', frames: [frame(call, { isMasked: false })], verdict: 1002, reason: '5.1', counts: 'websocket-frame' },
  { input: 'a compressed frame', frames: [frame(call, { reserved: 0x40 })], verdict: 1002, reason: 'nobody agreed to it' },
  { input: 'an unknown opcode', frames: [frame(call, { opcode: 3 })], verdict: 1002, reason: '5.2' },
  { input: 'a continuation of nothing', frames: [part(call, continuation, true)], verdict: 1002, reason: '5.4' },
  { input: 'a message within a message', frames: [part('{', text, false), frame(call)], verdict: 1002, reason: '5.4' },
  { input: 'a ping of 126 bytes', frames: [frame('x'.repeat(126), { opcode: ping })], verdict: 1002, reason: '5.5' },
  { input: 'a fragmented ping', frames: [part('x', ping, false)], verdict: 1002, reason: '5.5' },
  { input: 'text that is no UTF-8', frames: [frame(Buffer.from([0x22, 0xff, 0x22]))], verdict: 1007, reason: '8.1' },
  { input: 'a message at the limit', frames: [frame(' '.repeat(maxMessageBytes))], verdict: undefined, reason: 'fits', says: /-32700/ },
  {
    input: 'an oversize message',
    frames: [frame('x'.repeat(maxMessageBytes + 1))],
    verdict: 1009,
    reason: 'limit',
    counts: 'websocket-size',
  },
  { input: 'the header of a huge message', frames: [frame('', { length: 2 ** 40 })], verdict: 1009, reason: 'refused before its bytes' },
  {
    input: 'fragments that are too large together',
    frames: [part('x'.repeat(40_000), text, false), part('x'.repeat(40_000), continuation, false)],
    verdict: 1009,
    reason: 'limit',
  },
  {
    input: 'a flood of empty fragments',
    frames: [part('', text, false), repeat(17_000, part('', continuation, false))],
    verdict: 1008,
    reason: 'each costs memory',
  },
  {
    input: 'a flood of pings',
    frames: [repeat(2_000, frame('', { opcode: ping }))],
    verdict: 1006,
    reason: 'more than 60 pongs wait',
  },
  {
    input: 'a flood of pongs',
    frames: [repeat(2_000, frame('', { opcode: pong }))],
    verdict: 1008,
    reason: 'no use',
    counts: 'websocket-pings',
  },
  { input: 'a close with a forbidden code', frames: [frame(Buffer.from([0x03, 0xed]), { opcode: close })], verdict: 1002, reason: '7.4.1' },
  { input: 'a close', frames: [frame(Buffer.from([0x03, 0xe8]), { opcode: close })], verdict: 1000, reason: 'answered alike' },
];

const messages: readonly Row[] = [
  { input: 'no JSON', frames: ['hello'], verdict: undefined, reason: 'JSON-RPC 2.0, 5.1', says: /"id":null,"error":\{"code":-32700/ },
  { input: 'an empty message', frames: [''], verdict: undefined, reason: 'no JSON', says: /"id":null,"error":\{"code":-32700/ },
  { input: 'two values', frames: [`${call}\n${call}`], verdict: undefined, reason: 'one message a frame', says: /-32700/ },
  { input: 'a batch', frames: [`[${call},${call}]`], verdict: undefined, reason: 'not in MCP', says: /"id":null,"error":\{"code":-32600/ },
  { input: 'an empty batch', frames: ['[]'], verdict: undefined, reason: 'not in MCP', says: /-32600/ },
  { input: 'null', frames: ['null'], verdict: undefined, reason: 'no object', says: /"id":null,"error":\{"code":-32600/ },
  {
    input: 'an invalid request with an id',
    frames: ['{"jsonrpc":"2.0","id":5,"method":7}'],
    verdict: undefined,
    reason: 'told under its id',
    says: /"id":5,"error":\{"code":-32600/,
  },
  {
    input: 'deep JSON',
    frames: [`${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    verdict: undefined,
    reason: 'stack',
    says: /nested 256 levels/,
  },
  { input: 'an answer to nothing', frames: ['{"jsonrpc":"2.0","id":99,"result":{}}'], verdict: undefined, reason: 'dropped' },
  {
    input: 'the same id twice at the same time',
    frames: [call.replace('"echo"', '"wait"').replace('"text":"hi"', '"ms":300'), call],
    verdict: undefined,
    reason: 'answers could not be told apart',
    says: /"error":\{"code":-32600,"message":"Invalid Request: a request with the id 1 is still/,
  },
];

describe('a client that sends', () => {
  let server: Awaited<ReturnType<typeof startHttp>>;

  beforeAll(async () => {
    server = await startHttp({ websocket: true }, { websocket: { maxMessageBytes, checkMs: 50, maxConnectionsPerPrincipal: 1_000 } });
  });

  afterAll(async () => {
    await server.stop();
  });

  it.each([...frames, ...messages])('$input gets $verdict ($reason)', async ({ frames: sent, verdict, says, counts }) => {
    using raw = await openRaw(server.port);
    raw.send(...sent);
    if (says !== undefined) await raw.waitFor(says);
    if (verdict === undefined) {
      raw.send(echoBody('alive').replace('"id":1', '"id":1000'));
      await raw.waitFor(/alive modern websocket/);
    } else {
      expect(await raw.closed).toBe(verdict);
    }
    if (counts !== undefined) expect(await server.host.health.metrics.text()).toMatch(new RegExp(`reason="${counts}"\\} [1-9]`));
  });

  it('garbage instead of frames, in many ways, leaves no connection behind', async () => {
    const seed = Date.now();
    let state = seed;
    const random = (): number => (state = (state * 48_271) % 0x7fff_ffff);
    for (let round = 0; round < 50; round += 1) {
      using raw = await openRaw(server.port);
      raw.send(Buffer.from(Array.from({ length: 1 + (random() % 300) }, () => random() & 0xff)));
      if (round % 2 === 0) raw.socket.end();
      await sleep(1);
    }
    await until(async () => (await server.host.health.report()).active_sessions === 0);
    expect({ seed, ...(await server.host.health.report()) }).toMatchObject({ seed, active_sessions: 0, active_requests: 0 });
  });
});
