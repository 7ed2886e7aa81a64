import { expect } from '@jest/globals';
import type { KeyStore } from '../src/index.ts';

/** Reads every page of a prefix, expects none above the limit, and gives all keys sorted. */
export async function listAll(store: KeyStore, prefix: string, limit: number): Promise<string[]> {
  const keys = new Set<string>();
  let after: string | undefined;
  do {
    const page = await store.scan(prefix, after === undefined ? { limit } : { limit, after });
    expect(page.keys.length).toBeLessThanOrEqual(limit);
    for (const key of page.keys) keys.add(key);
    after = page.next;
  } while (after !== undefined);
  return [...keys].sort();
}
