import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets other calls be answered in the middle of long work. Throws the signal's reason when the caller went away meanwhile. */
export async function giveWay(signal: AbortSignal): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}
