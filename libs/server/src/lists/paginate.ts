import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Principal } from '../principal.ts';
import type { Sealer } from '../seal/create-sealer.ts';

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** What {@link paginate} needs beside the items. */
export interface PageRequest {
  readonly cursor: string | undefined;
  /** The method, such as `tools/list`. */
  readonly list: string;
  readonly principal: Principal;
  readonly sealer: Sealer;
}

const pageSize = 50;
const cursorTtlMs = 3_600_000;

/** Cuts a list into pages of 50; the cursor is sealed, bound to list and caller, and lives for an hour. A wrong one is -32602. */
export function paginate<Item>(items: readonly Item[], { cursor, list, principal, sealer }: PageRequest): Page<Item> {
  if (cursor === undefined && items.length <= pageSize) return { items };
  const scope = { principal, purpose: list };
  const start = cursor === undefined ? 0 : sealer.unseal(cursor, scope)?.value;
  if (typeof start !== 'number') {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not valid or expired. List again without it.');
  }
  const end = start + pageSize;
  const page = items.slice(start, end);
  return end < items.length ? { items: page, nextCursor: sealer.seal(end, { ...scope, ttlMs: cursorTtlMs }) } : { items: page };
}
