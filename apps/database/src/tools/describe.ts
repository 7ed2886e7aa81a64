import { reply, type Reply } from '@trellis-mcp/server';
import { boundedText } from '@trellis-mcp/validation';
import { z } from 'zod';
import { shared } from '../cache/source-cache.ts';
import type { Described } from '../describe/describer.ts';
import { readSample } from '../describe/read-sample.ts';
import { renderDescription } from '../describe/render-description.ts';
import type { Description } from '../describe/to-description.ts';
import { defineSourceTool, type SourceCall } from './define-source-tool.ts';

/** Rows of one sample. */
const maxSample = 5;

/** Above this a client that reads only text gets fewer words rather than the beginning of the JSON. */
const maxRepeatedBytes = 8_192;

const maxTextBytes = 12_000;

const part = z.unknown().optional();

export const describe = defineSourceTool({
  name: 'describe',
  title: 'Describe',
  description: 'Before writing SQL: columns, keys, indexes, rights, size and sample rows of one table, view, enum or function.',
  input: z.object({
    object: boundedText({ min: 1, max: 300 }).describe('As in SQL: orders, sales."Odd Name".'),
    sample: z.int().min(0).max(maxSample).default(0).describe('Rows to show.'),
  }),
  // Lists of tools are paid for by every client: what stands in a part is said by its names.
  output: z.looseObject({
    name: z.string(),
    kind: z.string(),
    rows: part,
    columns: part,
    primaryKey: part,
    foreignKeys: part,
    referencedBy: part,
    indexes: part,
    may: part,
    sample: part,
    notes: part,
  }),
  hints: { readOnly: true },
  scopes: ['db:read'],

  async run({ object, sample }, context) {
    const { cache, describer } = context.open;
    const described = await cache.getOrLoad(shared('describe', object), async () => describer.describe(object));
    const data = sample === 0 ? described.description : await addSample(described, sample, context);
    return toReply(data);
  },
});

async function addSample({ description, rows }: Described, count: number, { call, open }: SourceCall): Promise<Description> {
  const options = { count, signal: call.signal, timeoutMs: call.deps.limits.statementTimeoutMs };
  const { note, ...sample } = await readSample(open.source, rows, options);
  return { ...description, ...sample, ...(note === undefined ? {} : { notes: [...(description.notes ?? []), note] }) };
}

function toReply(description: Description): Reply<Record<string, unknown> & Pick<Description, 'name' | 'kind'>> {
  const data = { ...description };
  return Buffer.byteLength(JSON.stringify(data)) > maxRepeatedBytes
    ? reply(data, { text: renderDescription(description, maxTextBytes) })
    : reply(data);
}
