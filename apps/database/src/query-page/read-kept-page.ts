import { ownerKey } from '@trellis-mcp/server';
import type { PageRequest } from '../sources/raw-page.ts';
import type { RawPage } from '../sources/source.ts';
import { toCancelled } from '../sources/stop-reasons.ts';
import { meansPresent } from '../sql/is-steady.ts';
import type { AcceptedStatement } from '../sql/verdict.ts';
import type { SourceCall } from '../tools/define-source-tool.ts';

/** A page, and how long ago it was read when this call did not read it. */
export interface MaybeKeptPage {
  readonly page: RawPage;
  readonly cachedMs?: number;
}

/** What the cache holds: values as text, so that nothing of them is lost. */
interface KeptPage {
  readonly page: RawPage;
  /** When its statement began, in milliseconds since the epoch. */
  readonly at: number;
}

/** A larger page is read each time. */
const maxEntryBytes = 1_000_000;

/** Carries a page past the cache, to all who wait for it. */
class UnkeptPage extends Error {
  override readonly name = 'UnkeptPage';
  readonly page: RawPage;

  constructor(page: RawPage) {
    super('This page is not kept.');
    this.page = page;
  }
}

/** Whether a page may be given again later: the statement and its parameters mean the same then. */
export function isKeepable({ steady }: AcceptedStatement, { params }: PageRequest): boolean {
  return steady && !params.some((param) => param !== null && meansPresent(param));
}

/**
 * Reads a page, or gives what the same request of the same principal found less than `ttlMs` ago, also in another process. Kept is what is
 * whole as far as its limits go: nothing that a deadline cut, nothing that found the data changed, no error.
 */
export async function readKeptPage(request: PageRequest, ttlMs: number, { call, open }: SourceCall): Promise<MaybeKeptPage> {
  const { limits, cache } = call.deps;
  const owner = { principal: ownerKey(call.principal) };
  const own = { isRead: false };
  const load = async ({ signal }: { readonly signal: AbortSignal }): Promise<KeptPage> => {
    own.isRead = true;
    const at = cache.now();
    const page = await open.source.readPage(request, { signal, timeoutMs: limits.statementTimeoutMs });
    if (page.cutBy === 'time' || page.changed) {
      throw new UnkeptPage(page);
    }
    return { page, at };
  };
  try {
    const policy = { ttlMs, maxEntryBytes, lock: true, signal: call.signal };
    const { page, at } = await open.cache.getOrLoad({ owner, about: ['page', request] }, load, policy);
    return own.isRead ? { page } : { page, cachedMs: Math.max(0, cache.now() - at) };
  } catch (error) {
    if (error instanceof UnkeptPage) {
      return { page: error.page };
    }
    throw call.signal.aborted ? toCancelled(call.signal) : error;
  }
}
