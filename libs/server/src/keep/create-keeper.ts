import { AppError } from '@trellis-mcp/errors';
import type { KeyStore } from '@trellis-mcp/stores';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { KeptBody } from '../call.ts';
import { ownerKey, type Principal } from '../principal.ts';
import { noteKept, type LedgerEntry } from './ledger.ts';
import { splitBody } from './split-body.ts';

/** One page of a kept body. */
export interface KeptPage {
  readonly mimeType: string;
  readonly content: string | Uint8Array;
  /** Index of the next page; undefined after the last one. */
  readonly next: number | undefined;
}

/** How a body is kept. */
export interface KeepOptions {
  readonly principal: Principal;
  readonly ttlMs: number;
  readonly mimeType: string;
}

/** Keeps large bodies for the principal that made them. */
export interface Keeper {
  /** Lets the oldest bodies of a caller go that has kept more than 32 MiB. @throws AppError `LIMIT` above 16 MiB. */
  keep(bytes: Uint8Array, options: KeepOptions): Promise<KeptBody>;
  /** A page, or undefined with one meaning for unknown, foreign and expired handles. */
  read(handle: string, page: number, principal: Principal): Promise<KeptPage | undefined>;
}

/** The template under which kept bodies are read. */
export const keptTemplate = 'trellis://kept/{handle}{?cursor}';

/** Largest body that is kept. */
export const maxKeptBytes = 16 * 1024 * 1024;
const maxTtlMs = 24 * 3_600_000;
/** What one caller may have kept at the same time: half of a store in memory. */
const maxBytesPerCaller = 32 * 1024 * 1024;
const header = z.object({ owner: z.string(), mimeType: z.string(), isText: z.boolean(), pages: z.int(), expiresAt: z.number() });

/** Keeps bodies page by page in a key store, so that reading one page loads one page. */
export function createKeeper(store: KeyStore, now: () => number): Keeper {
  return {
    async keep(bytes, { principal, ttlMs, mimeType }) {
      if (bytes.length > maxKeptBytes) {
        throw new AppError('LIMIT', `A body of ${bytes.length} bytes cannot be kept; at most ${maxKeptBytes} are.`);
      }
      const life = Math.min(ttlMs, maxTtlMs);
      const handle = randomBytes(16).toString('base64url');
      const { isText, pages } = splitBody(bytes, mimeType);
      const owner = ownerKey(principal);
      const noted = { handle, pages: pages.length, bytes: bytes.length, expiresAt: now() + life };
      const dropped = await noteKept(store, noted, { owner, now: now(), maxBytes: maxBytesPerCaller, ttlMs: maxTtlMs });
      for (const old of dropped) await drop(store, old);
      for (const [index, page] of pages.entries()) await store.set(pageKey(handle, index), page, { ttlMs: life });
      const expiresAt = now() + life;
      const head = { owner, mimeType, isText, pages: pages.length, expiresAt };
      await store.set(headKey(handle), JSON.stringify(head), { ttlMs: life });
      return { uri: `trellis://kept/${handle}`, bytes: bytes.length, expiresAt };
    },
    async read(handle, page, principal) {
      if (!/^[\w-]{22}$/.test(handle)) return undefined;
      const text = await store.get(headKey(handle));
      const head = text === undefined ? undefined : header.parse(JSON.parse(text));
      if (head === undefined || head.owner !== ownerKey(principal) || now() >= head.expiresAt) return undefined;
      const content = page < head.pages ? await store.get(pageKey(handle, page)) : undefined;
      if (content === undefined) return undefined;
      const next = page + 1 < head.pages ? page + 1 : undefined;
      return { mimeType: head.mimeType, content: head.isText ? content : Buffer.from(content, 'base64'), next };
    },
  };
}

/** The head goes first: without it nothing of the body can be read. */
async function drop(store: KeyStore, { handle, pages }: LedgerEntry): Promise<void> {
  await store.delete(headKey(handle));
  for (let index = 0; index < pages; index += 1) await store.delete(pageKey(handle, index));
}

function headKey(handle: string): string {
  return `kept:${handle}`;
}

function pageKey(handle: string, index: number): string {
  return `kept:${handle}:${index}`;
}
