import { createHash } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';
import { boundedText, cursorParam, limitParam } from '@trellis-mcp/validation';
import { z } from 'zod';
import { isCut, renderCell } from '../sources/render-cell.ts';
import type { RawPage } from '../sources/source.ts';
import type { TypeCatalog } from '../sources/type-catalog.ts';
import { maxSqlBytes } from '../sql/gate.ts';
import type { Refusal } from '../sql/verdict.ts';
import { defineSourceTool } from './define-source-tool.ts';

const cursorTtlMs = 15 * 60_000;

/** Characters of one value. */
const maxCell = 8_000;

/** Where the next page starts, sealed: the statement it belongs to, the rows before it, and a digest of the last of them. */
const place = z.object({ statement: z.string(), offset: z.int().min(1), digest: z.string() });

export const query = defineSourceTool({
  name: 'query',
  title: 'Query',
  description: 'Run one read-only SQL statement (PostgreSQL) and get a page of rows. Call search_schema first to learn names and types.',
  input: z.object({
    sql: boundedText({ min: 1, max: maxSqlBytes }).describe('SELECT, VALUES, TABLE, WITH, EXPLAIN or SHOW. Put values in params: $1, $2.'),
    params: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .max(100)
      .optional()
      .describe('Values of $1, $2, ...; arrays and JSON as text.'),
    limit: limitParam({ default: 100, max: 10_000 }),
    cursor: cursorParam().optional().describe('nextCursor of the page before, with the same sql and params.'),
  }),
  output: z.object({
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    rows: z.array(z.array(z.unknown())),
    rowCount: z.number(),
    truncated: z.boolean(),
    truncatedBy: z.enum(['rows', 'bytes', 'cell', 'time']).optional(),
    nextCursor: z.string().optional(),
    ordered: z.boolean().describe('False: no ORDER BY, so pages may overlap.'),
    changed: z.boolean().optional().describe('True: the data changed since the page before.'),
    notices: z.array(z.string()),
    elapsedMs: z.number(),
  }),
  hints: { readOnly: true },
  scopes: ['db:read'],
  timeoutMs: 200_000,
  // Rows are capped by --max-bytes; this bounds what stands around them.
  maxResultBytes: 16_000_000,

  async run({ sql, params = [], limit, cursor }, { call, open: { source } }) {
    const { limits } = call.deps;
    const verdict = await source.gate.check(sql);
    if (!verdict.ok) {
      throw toRefusalError(verdict);
    }
    const texts = params.map(toText);
    const statement = hashStatement(source.name, sql, texts);
    const from = cursor === undefined ? undefined : readPlace(call.unseal(cursor), statement);
    const started = performance.now();
    const { kind, ordered } = verdict.statement;
    const page = await source.readPage(
      { sql, params: texts, kind, offset: 0, ...from, maxRows: Math.min(limit, limits.maxRows), maxBytes: limits.maxBytes, maxCell },
      { signal: call.signal, timeoutMs: limits.statementTimeoutMs },
    );
    const elapsedMs = Math.round((performance.now() - started) * 10) / 10;
    const { digest, more } = page;
    const next = { statement, offset: (from?.offset ?? 0) + page.rows.length, digest };
    return {
      ...render(page, await source.loadTypes()),
      ...(more && digest !== undefined ? { nextCursor: call.seal(next, { ttlMs: cursorTtlMs }) } : {}),
      ordered,
      ...(page.changed ? { changed: true } : {}),
      notices: [...page.notices],
      elapsedMs,
    };
  },
});

function render({ columns, rows, cutBy, more }: RawPage, types: TypeCatalog) {
  const oids = columns.map(({ typeOid }) => typeOid);
  const hasCutCell = rows.some((row) => row.some((cell, index) => isCut(cell, oids[index] ?? 0)));
  const truncatedBy = cutBy ?? (hasCutCell ? ('cell' as const) : undefined);
  return {
    columns: columns.map(({ name, typeOid }) => ({ name, type: types.get(typeOid)?.name ?? 'unknown' })),
    rows: rows.map((row) => row.map((cell, index) => renderCell(cell, oids[index] ?? 0, types))),
    rowCount: rows.length,
    truncated: more || truncatedBy !== undefined,
    ...(truncatedBy === undefined ? {} : { truncatedBy }),
  };
}

/** The text format of PostgreSQL; the server reads it as the type that the parameter has in the statement. */
function toText(value: string | number | boolean | null): string | null {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    throw new AppError('INVALID_INPUT', 'A parameter holds a NUL character or half of a surrogate pair.');
  }
  return value === null ? null : String(value);
}

function hashStatement(source: string, sql: string, params: readonly (string | null)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([source, sql, params]))
    .digest('base64url');
}

function readPlace(value: unknown, statement: string): { offset: number; digest: string } {
  const read = place.safeParse(value);
  if (!read.success || read.data.statement !== statement) {
    throw new AppError('INVALID_INPUT', 'The cursor belongs to another statement or other params.', {
      hint: 'Send the sql and params of the page before, unchanged, or leave the cursor out.',
    });
  }
  const { offset, digest } = read.data;
  return { offset, digest };
}

const callersMistakes = new Set<Refusal['reason']>(['empty', 'many-statements', 'not-text', 'syntax', 'too-long']);

function toRefusalError({ reason, message, hint, position }: Refusal): AppError {
  const at = position === undefined ? '' : ` (at character ${String(position)})`;
  const details = { reason, ...(position === undefined ? {} : { position }) };
  return new AppError(callersMistakes.has(reason) ? 'INVALID_INPUT' : 'DENIED', `${message.replace(/\.$/, '')}${at}.`, { hint, details });
}
