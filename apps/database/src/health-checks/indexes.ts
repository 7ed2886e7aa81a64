import type { CheckContext, CheckResult } from './health-check.ts';
import { findInvalidIndexes } from './indexes/invalid.ts';
import { findRedundantIndexes } from './indexes/redundant.ts';
import { findUnindexedKeys } from './indexes/unindexed-keys.ts';
import { findUnusedIndexes } from './indexes/unused.ts';

/** Indexes that do not work, that repeat others, that nobody uses, and foreign keys without one. */
export async function checkIndexes(context: CheckContext): Promise<CheckResult> {
  const findings = [];
  for (const find of [findInvalidIndexes, findUnindexedKeys, findRedundantIndexes, findUnusedIndexes]) {
    findings.push(...(await find(context)));
  }
  return { findings };
}
