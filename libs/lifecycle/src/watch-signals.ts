import { constants } from 'node:os';
import { isatty } from 'node:tty';
import type { Lifecycle, LifecycleLog } from './lifecycle.ts';

/** Options of {@link watchSignals}. */
export interface WatchSignalsOptions {
  readonly log: LifecycleLog;
  /** Ends the program at once, usually `process.exit`. */
  readonly exit: (code: number) => void;
  /** Prints one line for people. Default: prints nothing. */
  readonly say?: (line: string) => void;
  /**
   * A repeated signal within this time counts as the same one. Default: 100 on a terminal, where Ctrl-C reaches the program twice when a
   * runner such as npm passes it on; 0 elsewhere.
   */
  readonly repeatMs?: number;
  /** Milliseconds since any fixed point. Default: `performance.now`. */
  readonly now?: () => number;
}

const watched = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type WatchedSignal = (typeof watched)[number];

/**
 * Stops the program in order on SIGTERM, SIGINT and SIGHUP; a second one of them exits with `128 + n` at once.
 *
 * An uncaught exception or unhandled rejection is logged and stops the program with code 70. A standard stream that breaks is logged at
 * debug level and does nothing else: only `watchStdio` makes it a reason to stop.
 *
 * @returns Takes the handlers away when disposed.
 */
export function watchSignals(lifecycle: Lifecycle, options: WatchSignalsOptions): Disposable {
  const onSignal = createSignalHandler(lifecycle, options);
  const onFailure = createFailureHandler(lifecycle, options.log);
  const onStreamError = (error: Error): void => {
    options.log.debug({ err: error }, 'A standard stream broke.');
  };
  const streams = [process.stdout, process.stderr];
  for (const signal of watched) process.on(signal, onSignal);
  for (const stream of streams) stream.on('error', onStreamError);
  // An unhandled rejection reaches the same event as long as nothing listens to its own.
  process.on('uncaughtException', onFailure);
  return {
    [Symbol.dispose]() {
      for (const signal of watched) process.off(signal, onSignal);
      for (const stream of streams) stream.off('error', onStreamError);
      process.off('uncaughtException', onFailure);
    },
  };
}

function createSignalHandler(lifecycle: Lifecycle, options: WatchSignalsOptions): (signal: WatchedSignal) => void {
  const { exit, say = () => undefined, repeatMs = isatty(0) ? 100 : 0, now = () => performance.now() } = options;
  let first: { readonly signal: WatchedSignal; readonly at: number } | undefined;
  return (signal) => {
    if (first === undefined) {
      first = { signal, at: now() };
      void lifecycle.stop('signal', { note: `${signal} was received` });
    } else if (signal !== first.signal || now() - first.at >= repeatMs) {
      const code = 128 + constants.signals[signal];
      try {
        say(`Stopped with code ${code}: ${signal} came as a second signal.`);
      } finally {
        exit(code);
      }
    }
  };
}

function createFailureHandler(lifecycle: Lifecycle, log: LifecycleLog): (error: unknown, origin: string) => void {
  return (error, origin) => {
    log.fatal({ err: error, origin }, 'An error reached nobody; stopping.');
    void lifecycle.stop('failure', { error });
  };
}
