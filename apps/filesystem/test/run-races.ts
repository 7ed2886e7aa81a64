import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAppError } from '@trellis-mcp/errors';
import type { Arena } from './open-arena.ts';

/** What is done over and over while names change places. */
export interface Race {
  readonly name: string;
  /** One call, or a few that belong together. What it returns is looked through; an AppError is a fair answer. */
  run(turn: number): Promise<unknown>;
}

/** What became of one race. */
export interface RaceOutcome {
  readonly name: string;
  readonly done: number;
  /** How often each code was the answer. */
  readonly refused: Readonly<Record<string, number>>;
  /** What came from the outside, and errors that nobody should see. */
  readonly wrong: readonly string[];
}

const maxWrong = 5;

/** A machine under load may need more than the time for one call of each to succeed. */
const maxFactor = 12;

/**
 * Runs races side by side until the time is over and each has got something done. Those that wait for something, as `isOver` says, end as
 * soon as it came, and have more time for it.
 */
export async function runRaces(
  races: readonly Race[],
  { arena, durationMs, isOver }: { arena: Arena; durationMs: number; isOver?: (wrong: readonly string[]) => boolean },
): Promise<RaceOutcome[]> {
  const began = performance.now();
  const runOne = async ({ name, run }: Race): Promise<RaceOutcome> => {
    const refused: Record<string, number> = {};
    const wrong: string[] = [];
    let done = 0;
    const isTime = (): boolean => {
      const elapsed = performance.now() - began;
      return elapsed > durationMs && ((done > 0 && isOver === undefined) || elapsed > durationMs * maxFactor);
    };
    for (let turn = 0; !isTime() && wrong.length < maxWrong && isOver?.(wrong) !== true; turn += 1) {
      // A race of quick refusals must not keep the others from the disk.
      await nextTurn();
      const { text, code } = await settle(run(turn));
      const trace = arena.canary.findIn(text);
      if (trace !== undefined) wrong.push(`${name}: ${trace} in ${text.slice(0, 500)}`);
      if (code === undefined) done += 1;
      else if (code === 'INTERNAL' || code === 'UPSTREAM') wrong.push(`${name}: ${text}`);
      else refused[code] = (refused[code] ?? 0) + 1;
    }
    return { name, done, refused, wrong };
  };
  return Promise.all(races.map(runOne));
}

/** What a caller sees of an answer, and the code when it is an error. */
export async function settle(answer: Promise<unknown>): Promise<{ readonly text: string; readonly code?: string }> {
  try {
    return { text: JSON.stringify([await answer]) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { code, message, hint, details } = error;
    return { code, text: JSON.stringify({ code, message, hint, details }) };
  }
}
