import type { OfficialCall } from './official-call.ts';
import { officialLists } from './official-lists.ts';
import { officialAstray, officialReads } from './official-reads.ts';
import { officialWrites } from './official-writes.ts';

/** Calls of every official tool, in an order in which each finds what those before it left behind. */
export const officialCalls: readonly OfficialCall[] = [...officialReads, ...officialAstray, ...officialLists, ...officialWrites];
