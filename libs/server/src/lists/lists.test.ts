import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { connectTo, eras, startCore } from '../../test/fixture/start-core.ts';
import type { AnyTool } from '../define.ts';

function makeTools(count: number): AnyTool<object>[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `tool_${index}`,
    title: `Tool ${index}`,
    description: 'One of many.',
    input: z.object({}),
    output: z.object({}),
    hints: { readOnly: true },
    ...(index % 2 === 1 && { scopes: ['odd'] }),
    run: async () => ({}),
  }));
}

const numbers = (items: readonly { name: string }[]) =>
  items.filter(({ name }) => name.startsWith('tool_')).map(({ name }) => Number(name.slice(5)));

it('lists in the order of definition, page by page', async () => {
  const core = startCore({ tools: makeTools(120) });
  await using peer = await connectRaw(core.runtime);
  const seen: number[] = [];
  let cursor: unknown;
  let pages = 0;
  do {
    const { result } = await peer.send('tools/list', cursor === undefined ? {} : { cursor });
    seen.push(...numbers(result?.['tools'] as { name: string }[]));
    cursor = result?.['nextCursor'];
    pages += 1;
  } while (cursor !== undefined);
  expect(pages).toBe(3);
  expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => index));
});

it.each(eras)('gives a %s client every page', async (era) => {
  await using connected = await connectTo(startCore({ tools: makeTools(70) }).runtime, { era });
  expect((await connected.client.listTools()).tools).toHaveLength(71);
});

it('refuses a cursor that is changed, foreign or of another list', async () => {
  const motto = { name: 'motto', title: 'M', description: 'M.', uri: 'x://motto', mimeType: 'text/plain', read: async () => '' };
  const core = startCore({ tools: makeTools(60), resources: [motto] });
  await using peer = await connectRaw(core.runtime);
  await using other = await connectRaw(core.runtime, { principal: { id: 'other', scopes: 'all' } });
  const cursor = String((await peer.send('tools/list')).result?.['nextCursor']);
  for (const answer of [
    await peer.send('tools/list', { cursor: `${cursor}x` }),
    await peer.send('tools/list', { cursor: '' }),
    await peer.send('tools/list', { cursor: '50' }),
    await peer.send('resources/list', { cursor }),
    await other.send('tools/list', { cursor }),
  ]) {
    expect(answer.error).toMatchObject({ code: -32602 });
  }
  expect((await peer.send('tools/list', { cursor })).result?.['tools']).toHaveLength(11);
});

it('shows only what the scopes allow', async () => {
  const core = startCore({ tools: makeTools(6) });
  await using none = await connectTo(core.runtime, { era: 'modern', principal: { id: 'a', scopes: new Set() } });
  await using odd = await connectTo(core.runtime, { era: 'modern', principal: { id: 'b', scopes: new Set(['odd']) } });
  expect(numbers((await none.client.listTools()).tools)).toEqual([0, 2, 4]);
  expect(numbers((await odd.client.listTools()).tools)).toEqual([0, 1, 2, 3, 4, 5]);
});

it('offers only --tools without --exclude-tools, and what is left out does not exist', async () => {
  const core = startCore({ tools: makeTools(6) }, { tools: ['tool_1', 'tool_2', 'tool_3'], excludeTools: ['tool_2'] });
  await using connected = await connectTo(core.runtime, { era: 'modern' });
  expect(numbers((await connected.client.listTools()).tools)).toEqual([1, 3]);
  await expect(connected.client.callTool({ name: 'tool_2', arguments: {} })).rejects.toMatchObject({ code: -32602 });
});

it('promises freshness to modern clients only, and never in public where scopes differ', async () => {
  const cacheHints = { 'tools/list': { ttlMs: 5000, scope: 'public' } } as const;
  const [open] = makeTools(1);
  await using peer = await connectRaw(startCore({ tools: open ? [open] : [], cacheHints }).runtime);
  await using scoped = await connectRaw(startCore({ tools: makeTools(2), cacheHints }).runtime);
  await using legacy = await connectRaw(startCore({ tools: makeTools(1), cacheHints }).runtime, { era: 'legacy' });
  expect((await peer.send('tools/list')).result).toMatchObject({ ttlMs: 5000, cacheScope: 'public' });
  expect((await scoped.send('tools/list')).result).toMatchObject({ ttlMs: 5000, cacheScope: 'private' });
  expect((await legacy.send('tools/list')).result).not.toHaveProperty('ttlMs');
});

it('leaves out the entries of a template that fails, and keeps the others', async () => {
  const texts = { title: 'T', description: 'D.', mimeType: 'text/plain' };
  const read = async () => '';
  const resources = [
    { ...texts, name: 'bad', uriTemplate: 'x://bad/{a}', read, list: async () => Promise.reject(new Error('away')) },
    { ...texts, name: 'good', uriTemplate: 'x://good/{a}', read, list: async () => [{ uri: 'x://good/1', name: 'one' }] },
  ];
  await using connected = await connectTo(startCore({ resources }).runtime, { era: 'modern' });
  expect((await connected.client.listResources()).resources.map(({ uri }) => uri)).toEqual(['x://good/1']);
});
