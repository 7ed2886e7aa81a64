import type { KeyStore } from '@trellis-mcp/stores';
import { createHash } from 'node:crypto';
import { z } from 'zod';

const entry = z.object({ handle: z.string(), pages: z.int(), bytes: z.int(), expiresAt: z.number() });
const ledger = z.array(entry);

/** One body as its owner's ledger holds it. */
export type LedgerEntry = z.output<typeof entry>;

/** How {@link noteKept} counts. */
export interface LedgerOptions {
  readonly owner: string;
  readonly now: number;
  /** What one caller may have kept at the same time. */
  readonly maxBytes: number;
  readonly ttlMs: number;
}

const maxEntries = 1_000;

/**
 * Notes a body in the ledger of its owner. Returns the owner's oldest bodies that have to go for it, so that a caller who keeps much takes the
 * room from itself and from nobody else.
 */
export async function noteKept(
  store: KeyStore,
  added: LedgerEntry,
  { owner, now, maxBytes, ttlMs }: LedgerOptions,
): Promise<LedgerEntry[]> {
  const key = `kept-ledger:${createHash('sha256').update(owner).digest('base64url')}`;
  let dropped: LedgerEntry[] = [];
  await store.update(
    key,
    (current) => {
      const known = current === undefined ? [] : ledger.parse(JSON.parse(current));
      const living = [...known.filter(({ expiresAt }) => expiresAt > now), added];
      const first = findFirst(living, maxBytes);
      dropped = living.slice(0, first);
      return JSON.stringify(living.slice(first));
    },
    { ttlMs },
  );
  return dropped;
}

/** Index of the oldest entry that stays. */
function findFirst(entries: readonly LedgerEntry[], maxBytes: number): number {
  let bytes = entries.reduce((sum, one) => sum + one.bytes, 0);
  let first = Math.max(0, entries.length - maxEntries);
  for (const one of entries.slice(0, first)) bytes -= one.bytes;
  while (bytes > maxBytes && first < entries.length - 1) {
    bytes -= entries[first]?.bytes ?? 0;
    first += 1;
  }
  return first;
}
