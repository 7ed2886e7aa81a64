import { AppError } from '@trellis-mcp/errors';
import { addTurn, prepareTurn } from './add-turn.ts';
import { createAppendQueue } from './append-queue.ts';
import { compactSession } from './compact-session.ts';
import { locate, type Place } from './handle.ts';
import { checkBudget, pickTurns } from './recall.ts';
import type { SessionFacts, SessionMemory, Turn } from './session-memory.ts';
import { createSessionTable, type SessionTable } from './session-table.ts';
import { factsOf, type Session } from './session.ts';
import { readSettings, readTableOptions, type SessionMemoryOptions, type Settings } from './settings.ts';

/** Creates a memory of sessions on a key store. Throws `INVALID_INPUT` for a limit that is none. */
export function createSessionMemory(options: SessionMemoryOptions): SessionMemory {
  const settings = readSettings(options);
  const table = createSessionTable(readTableOptions(options));
  const find = (principal: string, handle: string): Place => locate(checkPrincipal(principal), handle);
  const read = async (principal: string, handle: string): Promise<SessionFacts & { turns: Turn[] }> => {
    const session = await table.use(find(principal, handle), () => undefined);
    return { ...factsOf(session, settings), turns: session.turns };
  };
  const enqueue = createAppendQueue<Turn, Appended>();
  return {
    open: async (principal) => table.open(checkPrincipal(principal)),
    async append(principal, handle, turn) {
      const place = find(principal, handle);
      const prepared = prepareTurn(turn, { ...settings, now: settings.now() });
      return enqueue(`${place.key} ${place.digest}`, prepared, (turns) => appendAll(table, place, { turns, settings }));
    },
    read,
    async recall(principal, handle, { budget }) {
      checkBudget(budget);
      const session = await table.use(find(principal, handle), () => undefined);
      return { ...factsOf(session, settings), ...pickTurns(session.turns, budget) };
    },
    compact: async (principal, handle, how = {}) => compactSession(table, find(principal, handle), { ...settings, ...how }),
    end: async (principal, handle) => table.end(find(principal, handle)),
  };
}

type Appended = SessionFacts & { seq: number };

/** One turn that is refused does not stop the others of its batch. */
async function appendAll(
  table: SessionTable,
  place: Place,
  { turns, settings }: { turns: readonly Turn[]; settings: Settings },
): Promise<(() => Appended)[]> {
  let added: (() => number)[] = [];
  const session = await table.use(place, (current) => {
    added = turns.map((turn) => tryAdd(current, turn, settings));
  });
  const facts = factsOf(session, settings);
  return added.map((seq) => () => ({ ...facts, seq: seq() }));
}

function tryAdd(session: Session, turn: Turn, settings: Settings): () => number {
  try {
    const seq = addTurn(session, turn, settings);
    return () => seq;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function checkPrincipal(principal: string): string {
  if (typeof principal === 'string' && principal !== '') return principal;
  throw new AppError('INVALID_INPUT', 'A principal must not be empty.');
}
