import type { AnyTool } from '../define.ts';
import type { RuntimeHost } from '../frame.ts';
import { createHealthCheck } from './health-check.ts';

/** The tools that every server has beside its own, in the order in which they follow them in its list. Their names are reserved. */
export function listBuiltins({ health }: RuntimeHost): AnyTool<unknown>[] {
  return [createHealthCheck(health)];
}
