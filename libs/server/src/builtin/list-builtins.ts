import type { AnyTool } from '../define.ts';
import type { RuntimeHost } from '../frame.ts';
import type { CallMemory } from '../memory/call-memory.ts';
import { createOpenMemory } from '../memory/open-memory.ts';
import { createRecallMemory } from '../memory/recall-memory.ts';
import { healthScope } from '../principal.ts';
import { createHealthCheck } from './health-check.ts';

/** The tools that every server has beside its own, in the order in which they follow them in its list. Their names are reserved. */
export function listBuiltins({ health, config: { auth = 'none' } }: RuntimeHost, memory: CallMemory | undefined): AnyTool<unknown>[] {
  const healthCheck = createHealthCheck(health, auth === 'none' ? [] : [healthScope]);
  return [healthCheck, ...(memory === undefined ? [] : [createOpenMemory(memory), createRecallMemory(memory)])];
}
