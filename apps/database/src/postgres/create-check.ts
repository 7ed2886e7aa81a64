import { isAppError } from '@trellis-mcp/errors';
import type { Source } from '../sources/source.ts';

const maxWaitMs = 1_500;

type Check = Source['check'];

/** Asks whether the server answers, with one question at a time: a server that is silent must not gather them. */
export function createCheck(ping: () => Promise<void>): Check {
  let asking: ReturnType<Check> | undefined;
  return async (signal) => {
    asking ??= ask(ping).finally(() => (asking = undefined));
    const given = Promise.withResolvers<Awaited<ReturnType<Check>>>();
    const giveUp = (): void => given.resolve({ ok: false, detail: 'does not answer' });
    const timer = setTimeout(giveUp, maxWaitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([asking, given.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  };
}

async function ask(ping: () => Promise<void>): ReturnType<Check> {
  try {
    await ping();
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: isAppError(error) ? error.message : 'does not answer' };
  }
}
