import { describe, expect, it } from '@jest/globals';
import type { Client } from '@modelcontextprotocol/client';
import { AppError } from '@trellis-mcp/errors';
import { openMemoryKeyStore, type KeyStore } from '@trellis-mcp/stores';
import { z } from 'zod';
import { connectTo, eras, startCore, type Era } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';
import type { AnyTool, Schema } from '../define.ts';
import { image, reply } from '../reply.ts';

const { defineTool } = createDefiners<object>();
const row = z.object({ id: z.int(), text: z.string() });
const rows = Array.from({ length: 5000 }, (_value, id) => ({ id, text: `row "${id}" of many` }));

function flooding(
  data: unknown,
  output: Schema,
  options: Partial<Pick<AnyTool<object>, 'maxResultBytes' | 'isWhole'>> = {},
): AnyTool<object> {
  return defineTool({
    name: 'flood',
    title: 'Flood',
    description: 'Floods.',
    input: z.object({ limit: z.int().optional() }),
    output,
    hints: { readOnly: true },
    ...options,
    run: async () => data as never,
  });
}

async function flood(tool: AnyTool<object>, { era = 'modern', keyStore }: { era?: Era; keyStore?: KeyStore } = {}) {
  const core = startCore({ tools: [tool] }, { ...(keyStore && { keyStore }) });
  const connected = await connectTo(core.runtime, { era });
  await connected.client.listTools();
  return { client: connected.client, result: await connected.client.callTool({ name: 'flood', arguments: {} }) };
}

async function readWhole(client: Client, uri: string): Promise<string> {
  let text = '';
  for (let next: unknown = uri; typeof next === 'string';) {
    const [page] = (await client.readResource({ uri: next })).contents;
    text += page !== undefined && 'text' in page ? page.text : '';
    next = page?._meta?.['io.trellis/next'];
  }
  return text;
}

const refused = { isError: true, _meta: { 'io.trellis/error': { code: 'LIMIT' } } };

describe('a result over its budget', () => {
  it.each(eras)('keeps head and tail, says what is missing, and all of it is behind the link (%s)', async (era) => {
    const { client, result } = await flood(flooding({ rows }, z.object({ rows: z.array(row) })), { era });
    const { rows: left } = z.object({ rows: z.array(row) }).parse(result.structuredContent);
    expect([left[0], left.at(-1)]).toEqual([rows[0], rows.at(-1)]);
    const [text, link] = result.content;
    const count = (rows.length - left.length).toLocaleString('en-US');
    expect(text).toMatchObject({
      type: 'text',
      text: expect.stringContaining(`- rows: ${count} of 5,000 items are missing after the first `),
    });
    expect(link).toMatchObject({ type: 'resource_link', name: 'whole_result', mimeType: 'application/json' });
    const uri = link?.type === 'resource_link' ? link.uri : '';
    expect(uri).toMatch(/^trellis:\/\/kept\/[\w-]{22}$/);
    expect(JSON.parse(await readWhole(client, uri))).toEqual({ rows });
    const bytes = Buffer.byteLength(JSON.stringify(result));
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(bytes).toBeGreaterThan(80_000);
  });

  it.each([2500, 5000, 20_000, 30_000, 60_000])('of %d bytes is held, text and link included', async (maxResultBytes) => {
    const { result } = await flood(flooding({ rows }, z.object({ rows: z.array(row) }), { maxResultBytes }));
    const { rows: left } = z.object({ rows: z.array(row) }).parse(result.structuredContent);
    expect(left.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(maxResultBytes);
  });

  it('keeps the text and the attachments of the tool beside what is left', async () => {
    const data = reply({ rows }, { text: 'Here are rows.', attach: [image(Buffer.alloc(9000), 'image/png')] });
    const { result } = await flood(flooding(data, z.object({ rows: z.array(row) }), { maxResultBytes: 40_000 }));
    expect(result.content.map(({ type }) => type)).toEqual(['text', 'resource_link', 'image']);
    expect(result.content[0]).toMatchObject({ text: expect.stringMatching(/are missing[\s\S]*\nHere are rows\.$/) });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(40_000);
  });

  it('is readable by nobody else', async () => {
    const core = startCore({ tools: [flooding({ rows }, z.object({ rows: z.array(row) }))] });
    await using mine = await connectTo(core.runtime, { era: 'modern' });
    await using other = await connectTo(core.runtime, { era: 'modern', principal: { id: 'eve', scopes: 'all' } });
    const { content } = await mine.client.callTool({ name: 'flood', arguments: {} });
    const uri = content.flatMap((block) => (block.type === 'resource_link' ? [block.uri] : []))[0] ?? '';
    await expect(other.client.readResource({ uri })).rejects.toThrow('not yours');
  });
});

describe('a result over its budget is refused', () => {
  it.each<[string, AnyTool<object>]>([
    ['when the tool says that a part is of no use', flooding({ rows }, z.object({ rows: z.array(row) }), { isWhole: true })],
    ['when what is left is not what the schema says', flooding({ rows }, z.object({ rows: z.array(row).min(5000) }))],
    [
      'when a rule of the schema holds it together',
      flooding(
        { n: 5000, rows },
        z.object({ n: z.int(), rows: z.array(row) }).refine((data) => data.rows.length === data.n),
      ),
    ],
    ['when it is one cursor', flooding({ nextCursor: 'x'.repeat(200_000) }, z.object({ nextCursor: z.string() }))],
    [
      'when its keys alone are too many',
      flooding(
        { map: Object.fromEntries(rows.map(({ id }) => [`key_${id}`, 'some value'])) },
        z.object({ map: z.record(z.string(), z.string()) }),
      ),
    ],
    ['when its own text is too long', flooding(reply({ rows: [] }, { text: 'x'.repeat(200_000) }), z.object({ rows: z.array(row) }))],
    [
      'when an attachment is too large',
      flooding(reply({ rows: [] }, { attach: [image(Buffer.alloc(100_000), 'image/png')] }), z.object({ rows: z.array(row) })),
    ],
    ['when there is no room for a notice', flooding({ rows }, z.object({ rows: z.array(row) }), { maxResultBytes: 1000 })],
  ])('%s', async (_why, tool) => {
    const { result } = await flood(tool);
    expect(result).toMatchObject({ ...refused, content: [{ text: expect.stringContaining('Ask for less: set limit.') }] });
    expect(result.content).toHaveLength(1);
    expect(result.structuredContent).toBeUndefined();
  });

  it('when the whole cannot be kept', async () => {
    const store = openMemoryKeyStore();
    const keyStore = { ...store, set: () => Promise.reject(new AppError('UPSTREAM', 'The store is away.')) };
    expect((await flood(flooding({ rows }, z.object({ rows: z.array(row) })), { keyStore })).result).toMatchObject(refused);
    const huge = 'x'.repeat(17 * 1024 * 1024);
    expect((await flood(flooding({ text: huge }, z.object({ text: z.string() })))).result).toMatchObject(refused);
  });
});
