import { expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startHttp } from '../../test/fixture/start-http.ts';

it('answers a modern and a 2025-era client on the same port', async () => {
  await using server = await startHttp();
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  const result = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
  expect(result.content).toEqual([{ type: 'text', text: expect.stringMatching(/^hi (modern|legacy) http anonymous$/) }]);
  await client.close();
});
