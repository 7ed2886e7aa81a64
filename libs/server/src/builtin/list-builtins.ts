import type { AnyTool } from '../define.ts';
import type { RuntimeHost } from '../frame.ts';
import type { CallMemory } from '../memory/call-memory.ts';
import { createOpenMemory } from '../memory/open-memory.ts';
import { createRecallMemory } from '../memory/recall-memory.ts';
import { createHealthCheck } from './health-check.ts';

/** The tools that every server has beside its own, in the order in which they follow them in its list. Their names are reserved. */
export function listBuiltins({ health }: RuntimeHost, memory: CallMemory | undefined): AnyTool<unknown>[] {
  return [createHealthCheck(health), ...(memory === undefined ? [] : [createOpenMemory(memory), createRecallMemory(memory)])];
}
