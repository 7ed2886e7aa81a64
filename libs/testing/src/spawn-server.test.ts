import { expect, it } from '@jest/globals';
import { connectV1 } from './connect-v1.ts';
import { entryCommand } from './entry.ts';
import { spawnServer } from './spawn-server.ts';
import { startHttpServer } from './start-http-server.ts';

const main = new URL('../test/sample/main.ts', import.meta.url);

it.each(['modern', 'legacy'] as const)('starts an entry over stdio (%s)', async (era) => {
  await using connection = await spawnServer(main, { era, args: ['--log-level', 'silent'] });
  expect(connection.era).toBe(era);
  expect((await connection.callTool('list_words', { limit: 2 })).data).toEqual({ words: ['one', 'two'] });
});

it('serves the real client of SDK v1 over stdio', async () => {
  await using v1 = await connectV1(entryCommand(main));
  expect((await v1.client.listTools()).tools).toHaveLength(3);
});

it('starts an entry over HTTP and tells where it listens', async () => {
  await using server = await startHttpServer(main, ['--log-level', 'silent']);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  const health = await fetch(new URL('/livez', server.url));
  expect(health.status).toBe(200);
});

it('shows what the server wrote when it does not start', async () => {
  await expect(startHttpServer(main, ['--no-such-flag'])).rejects.toThrow('--no-such-flag');
});
