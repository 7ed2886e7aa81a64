export { Alarms, alarms } from './alarms.ts';
export { createLifecycle } from './create-lifecycle.ts';
export type { DrainStep, Lifecycle, LifecycleLog, LifecycleOptions, Phase, Step, StopDetails, StopReason } from './lifecycle.ts';
export { Running } from './running.ts';
export { watchSignals, type WatchSignalsOptions } from './watch-signals.ts';
export { watchStdio, type WatchStdioOptions } from './watch-stdio.ts';
