import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { toWebRequest } from './exchange.ts';

it('hands on every header but credentials', async () => {
  const server = createServer((req, res) => {
    res.end(JSON.stringify([...toWebRequest(req, res).headers]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { Authorization: 'Bearer canary', DPoP: 'canary', 'X-Else': 'kept', 'Mcp-Method': 'tools/call' };
  const text = await (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
  server.close();
  expect(text).not.toContain('canary');
  expect(JSON.parse(text)).toEqual(
    expect.arrayContaining([
      ['x-else', 'kept'],
      ['mcp-method', 'tools/call'],
    ]),
  );
});
