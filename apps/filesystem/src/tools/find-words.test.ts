import { expect, it } from '@jest/globals';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../app.ts';

it('finds words by their beginning', async () => {
  await using server = await startInProcess(app);
  const client = await server.connect();
  expect((await client.callTool('find_words', { prefix: 'ap' })).data).toEqual({ words: ['apple', 'apricot'] });
});

it('says what to do when there is none', async () => {
  await using server = await startInProcess(app);
  const client = await server.connect();
  await expect(client.callTool('find_words', { prefix: 'zz' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
