import type { StopReason } from './lifecycle.ts';

/** Completes "Stopped: ..." for each reason. */
export const stopNotes: Readonly<Record<StopReason, string>> = {
  signal: 'a signal was received',
  'stdin-end': 'standard input ended',
  'stdout-closed': 'standard output was closed',
  'parent-gone': 'the parent process is gone',
  failure: 'an internal failure, see the log',
  requested: 'a stop was requested',
};

/** Whether nobody waits for running work any more, or it cannot be trusted. */
export function isUrgent(reason: StopReason): boolean {
  return reason !== 'signal' && reason !== 'requested';
}
