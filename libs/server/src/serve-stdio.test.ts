import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createEchoServer } from '../test/fixture/echo-server.ts';
import { startHttp } from '../test/fixture/start-http.ts';
import { echoBody } from '../test/raw-http.ts';
import { serveStdio } from './serve-stdio.ts';
import { guardStdout } from './stdio/guard-stdout.ts';

it('refuses a request beyond those that wait for an answer, until one was cancelled', async () => {
  await using server = await startHttp();
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const protocol = guardStdout(stdout, new PassThrough());
  serveStdio(server.host, {
    createServer: createEchoServer(),
    principal: { id: 'local', scopes: 'all' },
    maxUnanswered: 2,
    stdin,
    stdout: protocol,
  });
  const send = (id: number, text: string): void => {
    stdin.write(`${text.replace('"id":1', `"id":${id}`)}\n`);
  };
  const answer = async (): Promise<unknown> => JSON.parse(String((await once(stdout, 'data'))[0]));
  const wait = echoBody().replace('"echo"', '"wait"').replace('"text":"hi"', '"ms":60000');
  send(1, wait);
  send(2, wait);
  send(3, echoBody());
  expect(await answer()).toMatchObject({
    id: 3,
    error: { code: -32_000, data: { 'io.trellis/error': { code: 'LIMIT', retryable: true } } },
  });
  stdin.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n');
  send(4, echoBody());
  expect(await answer()).toMatchObject({ id: 4, result: { content: [{ text: 'hi modern stdio local' }] } });
  stdin.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}\n');
});
