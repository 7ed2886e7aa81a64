import { createBuiltIn } from './create-built-in.ts';
import { createRipgrep } from './create-ripgrep.ts';
import { findRipgrep, type FoundRipgrep } from './find-ripgrep.ts';
import { createProcessSlots } from './process-slots.ts';
import type { SearchEngine, SearchLimits } from './search-engine.ts';

/** Callers that wait for one process slot. */
const maxWaitingPerSlot = 16;

/** Finds what searches. Nothing runs until the first search; ripgrep is looked for then. */
export function openSearch(limits: SearchLimits, find: () => Promise<FoundRipgrep> = findRipgrep): () => Promise<SearchEngine> {
  const slots = createProcessSlots({ slots: limits.maxProcesses, maxWaiting: limits.maxProcesses * maxWaitingPerSlot });
  let engine: Promise<SearchEngine> | undefined;
  return async () =>
    (engine ??= find().then((found) =>
      'program' in found ? createRipgrep({ program: found.program, slots, limits }) : createBuiltIn({ slots, limits }),
    ));
}
