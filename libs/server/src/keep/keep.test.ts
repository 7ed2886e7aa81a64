import { expect, it } from '@jest/globals';
import { openMemoryKeyStore } from '@trellis-mcp/stores';
import fc from 'fast-check';
import { z } from 'zod';
import { connectTo, startCore } from '../../test/fixture/start-core.ts';
import type { AnyTool } from '../define.ts';
import { createKeeper } from './create-keeper.ts';
import { splitBody } from './split-body.ts';

function keeping(body: Uint8Array, mimeType: string): AnyTool<object> {
  return {
    name: 'keep_it',
    title: 'Keep it',
    description: 'Keeps a body.',
    input: z.object({}),
    output: z.object({ uri: z.string(), bytes: z.number(), expiresAt: z.number() }),
    hints: { readOnly: true },
    run: async (_args, { keep }) => keep(body, { ttlMs: 1000, mimeType }),
  };
}

async function startKept(body: Uint8Array, mimeType = 'text/plain') {
  let now = 1000;
  const core = startCore(
    { tools: [keeping(body, mimeType)], keeps: true },
    { now: () => now, keyStore: openMemoryKeyStore({ now: () => now }) },
  );
  const mine = await connectTo(core.runtime, { era: 'modern' });
  const { structuredContent } = await mine.client.callTool({ name: 'keep_it', arguments: {} });
  const { uri, bytes } = z.object({ uri: z.string(), bytes: z.number() }).parse(structuredContent);
  const advance = (ms: number): void => {
    now += ms;
  };
  return { core, client: mine.client, uri, bytes, advance, [Symbol.asyncDispose]: () => mine.close() };
}

it('gives back a body page by page through the template it is listed under', async () => {
  const body = Buffer.from('Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. '.repeat(2000));
  await using kept = await startKept(body);
  expect((await kept.client.listResourceTemplates()).resourceTemplates).toMatchObject([
    { uriTemplate: 'trellis://kept/{handle}{?cursor}' },
  ]);
  expect(kept.bytes).toBe(body.length);
  expect(kept.uri).toMatch(/^trellis:\/\/kept\/[\w-]{22}$/);
  let next: string | undefined = kept.uri;
  let text = '';
  let pages = 0;
  while (next !== undefined) {
    const { contents } = await kept.client.readResource({ uri: next });
    const [page] = contents;
    text += page !== undefined && 'text' in page ? page.text : '';
    next = page?._meta?.['io.trellis/next'] as string | undefined;
    pages += 1;
  }
  expect(text).toBe(body.toString());
  expect(pages).toBe(Math.ceil(body.length / (48 * 1024)));
});

it('has one answer for unknown, foreign and expired handles and for wrong cursors', async () => {
  await using kept = await startKept(Buffer.from('x'.repeat(100_000)));
  await using other = await connectTo(kept.core.runtime, { era: 'modern', principal: { id: 'eve', scopes: 'all' } });
  const { contents } = await kept.client.readResource({ uri: kept.uri });
  const next = String(contents[0]?._meta?.['io.trellis/next']);
  const refusal = async (uri: string, client = kept.client) =>
    client.readResource({ uri }).then(
      () => 'read',
      (error: unknown) => (error as Error).message,
    );
  const answers = [
    await refusal('trellis://kept/AAAAAAAAAAAAAAAAAAAAAA'),
    await refusal('trellis://kept/x'),
    await refusal('trellis://kept/..%2Fask'),
    await refusal(`${kept.uri}?cursor=1`),
    await refusal(`${next}x`),
    await refusal(kept.uri, other.client),
    await refusal(next, other.client),
  ];
  kept.advance(1000);
  answers.push(await refusal(kept.uri), await refusal(next));
  expect(new Set(answers)).toEqual(new Set([expect.stringContaining('There is no such kept body, or it is not yours, or it expired.')]));
});

it('is read on every server, and listed with `keeps` only', async () => {
  await using connected = await connectTo(startCore({ tools: [keeping(Buffer.from('x'), 'text/plain')] }).runtime, { era: 'modern' });
  expect((await connected.client.listResourceTemplates()).resourceTemplates).toEqual([]);
  const { structuredContent } = await connected.client.callTool({ name: 'keep_it', arguments: {} });
  const { uri } = z.object({ uri: z.string() }).parse(structuredContent);
  expect((await connected.client.readResource({ uri })).contents).toMatchObject([{ text: 'x' }]);
});

it('refuses a body above 16 MiB', async () => {
  const core = startCore({ tools: [keeping(new Uint8Array(16 * 1024 * 1024 + 1), 'application/octet-stream')], keeps: true });
  await using connected = await connectTo(core.runtime, { era: 'modern' });
  expect(await connected.client.callTool({ name: 'keep_it', arguments: {} })).toMatchObject({
    _meta: { 'io.trellis/error': { code: 'LIMIT' } },
  });
});

it('cuts any bytes into pages that make the same bytes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('text/plain', 'application/ld+json', 'image/png'),
      fc.string({ unit: 'grapheme' }),
      fc.nat(5000),
      (type, part, times) => {
        const bytes = Buffer.from(part.repeat(times));
        const { isText, pages } = splitBody(bytes, type);
        expect(isText).toBe(type !== 'image/png');
        expect(Buffer.concat(pages.map((page) => Buffer.from(page, isText ? 'utf8' : 'base64'))).equals(bytes)).toBe(true);
        for (const page of pages) expect(Buffer.byteLength(page)).toBeLessThanOrEqual(64 * 1024);
      },
    ),
    { numRuns: 50 },
  );
});

it('keeps text that is no UTF-8 as bytes', () => {
  expect(splitBody(Uint8Array.from([0x66, 0xff]), 'text/plain')).toEqual({ isText: false, pages: ['Zv8='] });
});

it('takes the room of a caller who keeps too much from that caller alone, oldest first', async () => {
  const store = openMemoryKeyStore({ maxBytes: 256 * 1024 * 1024, now: () => 1000 });
  const keeper = createKeeper(store, () => 1000);
  const keep = (id: string, megabytes: number) =>
    keeper.keep(Buffer.alloc(megabytes * 1024 * 1024, 'x'), { principal: { id, scopes: 'all' }, ttlMs: 1000, mimeType: 'text/plain' });
  const isThere = async (id: string, { uri }: { uri: string }): Promise<boolean> =>
    (await keeper.read(uri.replace('trellis://kept/', ''), 0, { id, scopes: 'all' })) !== undefined;
  const other = await keep('bob', 1);
  const bodies = [];
  for (let body = 0; body < 4; body += 1) bodies.push(await keep('ada', 12));
  expect(await Promise.all(bodies.map((body) => isThere('ada', body)))).toEqual([false, false, true, true]);
  expect(await isThere('bob', other)).toBe(true);
});
