import { createHash } from 'node:crypto';
import { AppError } from '@trellis-mcp/errors';
import { z } from 'zod';
import { isCut, renderCell } from '../sources/render-cell.ts';
import type { RawPage } from '../sources/source.ts';
import type { TypeCatalog } from '../sources/type-catalog.ts';
import type { SourceCall } from '../tools/define-source-tool.ts';
import { isKeepable, readKeptPage, type MaybeKeptPage } from './read-kept-page.ts';
import { requireAccepted } from './require-accepted.ts';
import { toText, type ParamInput } from './to-text.ts';

const cursorTtlMs = 15 * 60_000;

/** Characters of one value. */
const maxCell = 8_000;

/** One row. Not checked cell by cell: that would cost more than reading them. */
const row = z.unknown().meta({ type: 'array', items: {} });

/** What every tool that reads pages answers. */
export const pageOutput = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(row),
  rowCount: z.number(),
  truncated: z.boolean(),
  truncatedBy: z.enum(['rows', 'bytes', 'cell', 'time']).optional(),
  nextCursor: z.string().optional(),
  ordered: z.boolean().describe('False: no ORDER BY, so pages may overlap.'),
  changed: z.boolean().optional().describe('True: the data changed since the page before.'),
  notices: z.array(z.string()),
  elapsedMs: z.number(),
  cachedMs: z.number().optional().describe('Age of an answer from the cache.'),
});

/** What {@link pageOutput} describes. */
type PageAnswer = z.input<typeof pageOutput>;

/** What tools that read pages share: deadline, and a budget that bounds what stands around rows, which `--max-bytes` caps. */
export const pageLimits = { timeoutMs: 200_000, maxResultBytes: 16_000_000 };

/** One page of one statement. */
export interface QueryPageRequest {
  readonly sql: string;
  /** `$1` first. */
  readonly params: readonly ParamInput[];
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Where the next page starts, sealed: the statement it belongs to, the rows before it, and a digest of the last of them. */
const place = z.object({ statement: z.string(), offset: z.int().min(1), digest: z.string() });

/**
 * Judges a statement, reads one page of it and renders the rows.
 *
 * @throws AppError `DENIED` or `INVALID_INPUT` for what the gate refuses and for a cursor of another statement, else those of `readPage`.
 */
export async function readQueryPage(request: QueryPageRequest, context: SourceCall): Promise<PageAnswer> {
  const { call, open } = context;
  const { source } = open;
  const { maxRows, maxBytes, cacheTtlMs, statementTimeoutMs: timeoutMs } = call.deps.limits;
  const { sql, limit, cursor } = request;
  const accepted = requireAccepted(await source.gate.check(sql));
  const params = request.params.map(toText);
  const hash = (): string => hashStatement(source.name, sql, params);
  const from = cursor === undefined ? undefined : readPlace(call.unseal(cursor), hash());
  const started = performance.now();
  const pageRequest = { sql, params, kind: accepted.kind, offset: 0, ...from, maxRows: Math.min(limit, maxRows), maxBytes, maxCell };
  const { page, cachedMs }: MaybeKeptPage =
    cacheTtlMs !== undefined && isKeepable(accepted, pageRequest)
      ? await readKeptPage(pageRequest, cacheTtlMs, context)
      : { page: await source.readPage(pageRequest, { signal: call.signal, timeoutMs }) };
  const elapsedMs = Math.round((performance.now() - started) * 10) / 10;
  const { digest, more } = page;
  const types = await source.loadTypes(page.columns.map(({ typeOid }) => typeOid));
  const answer = render(page, types, { ordered: accepted.ordered, elapsedMs });
  if (more && digest !== undefined) {
    const next = { statement: hash(), offset: (from?.offset ?? 0) + page.rows.length, digest };
    answer.nextCursor = call.seal(next, { ttlMs: cursorTtlMs });
  }
  if (cachedMs !== undefined) {
    answer.cachedMs = cachedMs;
  }
  return answer;
}

/** Optional members are set one by one: each call pays for a spread, also for one of nothing. */
function render(page: RawPage, types: TypeCatalog, rest: Pick<PageAnswer, 'ordered' | 'elapsedMs'>): PageAnswer {
  const { columns, rows, cutBy, more, changed, notices } = page;
  const oids = columns.map(({ typeOid }) => typeOid);
  const hasCutCell = rows.some((row) => row.some((cell, index) => isCut(cell, oids[index] ?? 0, types)));
  const truncatedBy = cutBy ?? (hasCutCell ? ('cell' as const) : undefined);
  const answer: PageAnswer = {
    columns: columns.map(({ name, typeOid }) => ({ name, type: types.get(typeOid)?.name ?? 'unknown' })),
    rows: rows.map((row) => row.map((cell, index) => renderCell(cell, oids[index] ?? 0, types))),
    rowCount: rows.length,
    truncated: more || truncatedBy !== undefined,
    ordered: rest.ordered,
    notices: [...notices],
    elapsedMs: rest.elapsedMs,
  };
  if (truncatedBy !== undefined) {
    answer.truncatedBy = truncatedBy;
  }
  if (changed) {
    answer.changed = true;
  }
  return answer;
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
      hint: 'Send the arguments of the page before, unchanged, or leave the cursor out.',
    });
  }
  const { offset, digest } = read.data;
  return { offset, digest };
}
