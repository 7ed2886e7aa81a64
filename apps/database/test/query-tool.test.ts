import { expect, it } from '@jest/globals';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { describeShop } from './describe-shop.ts';

describeShop(() => Promise.resolve({ args: [], stop: () => Promise.resolve() }));

it('does not start the database for a list', async () => {
  await using idle = await startInProcess(app);
  const client = await idle.connect();
  await client.listTools();
  await client.listResources();
  expect(await idle.deps.sources.pick().source.check(new AbortController().signal)).toEqual({ ok: true, detail: 'starts on first use' });
});
