import { hash } from 'node:crypto';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { RuntimeHost } from '../frame.ts';
import { ownerKey, type Principal } from '../principal.ts';
import { formatTrace, type CallTrace } from './format-trace.ts';
import type { LoadedMemory } from './open-sessions.ts';

/** The memories of a server's callers. */
export interface CallMemory {
  /** Loaded at the first use: a start does not pay for it. */
  readonly load: () => Promise<LoadedMemory>;
  /**
   * Whether calls can be noted there; false, and logged, when the store does not say.
   * @throws AppError `NOT_FOUND` for an id that is unknown, foreign or expired.
   */
  check(principal: Principal, memoryId: unknown): Promise<boolean>;
  /** Notes a call. Never throws: what fails is logged. */
  note(principal: Principal, memoryId: unknown, trace: CallTrace): Promise<void>;
  /** Whether the client's model was asked about a memory within the last hour and has not answered yet; from now on it was. */
  startAsking(principal: Principal, memoryId: string): Promise<{ readonly isRepeated: boolean }>;
  /** The model has answered. */
  endAsking(principal: Principal, memoryId: string): Promise<void>;
}

/** After this time a model that did not answer may be asked again. */
const askAgainMs = 3_600_000;

/** A store that hangs holds a call up for so long, once before it and once after. */
const maxWaitMs = 2_000;

/** Makes the memories of callers in the server's key store. */
export function createCallMemory({ keyStore, now, log }: Pick<RuntimeHost, 'keyStore' | 'now' | 'log'>): CallMemory {
  let loaded: Promise<LoadedMemory> | undefined;
  const load = (): Promise<LoadedMemory> =>
    (loaded ??= import('./open-sessions.ts').then(({ openSessions }) => openSessions({ keyStore, now })));
  return {
    load,
    async check(principal, memoryId) {
      try {
        const { sessions } = await load();
        await inTime(sessions.read(ownerKey(principal), asHandle(memoryId)));
        return true;
      } catch (error) {
        if (isAppError(error) && error.code === 'NOT_FOUND') throw unknownMemory();
        log.warn({ err: error }, 'The memory of a call cannot be reached; the call goes on without it.');
        return false;
      }
    },
    async note(principal, memoryId, trace) {
      try {
        const turn = { role: 'tool', text: formatTrace(trace) };
        const { sessions } = await load();
        await inTime(sessions.append(ownerKey(principal), asHandle(memoryId), turn));
      } catch (error) {
        // A call whose arguments were wrong may name a memory that is none: nobody looked.
        const isUnknown = isAppError(error) && error.code === 'NOT_FOUND';
        log[isUnknown ? 'debug' : 'warn']({ err: error, tool: trace.name }, 'A call was not noted in its memory.');
      }
    },
    startAsking: async (principal, memoryId) => ({
      isRepeated: !(await keyStore.add(askedKey(principal, memoryId), '1', { ttlMs: askAgainMs })),
    }),
    async endAsking(principal, memoryId) {
      await keyStore.delete(askedKey(principal, memoryId));
    },
  };
}

/** What is no text is no handle: a list of one must not pass for what is in it. */
function asHandle(memoryId: unknown): string {
  return typeof memoryId === 'string' ? memoryId : '';
}

function askedKey(principal: Principal, memoryId: string): string {
  return `memory-asked:${hash('sha256', JSON.stringify([ownerKey(principal), memoryId]), 'base64url')}`;
}

/** The one answer for ids that are unknown, foreign or expired. */
export function unknownMemory(): AppError {
  return new AppError('NOT_FOUND', 'There is no memory with this memoryId, or it has expired.', {
    hint: 'Call open_memory for a new one, or call again without memoryId.',
  });
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new AppError('TIMEOUT', `The store did not answer within ${maxWaitMs} ms.`, { retryable: true }));
  }, maxWaitMs);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
