import type { ProcessHost } from '../host.ts';
import { ownerKey } from '../principal.ts';
import type { HttpRefusal } from './http-error.ts';

/** Counts a refusal; `status` may be the close code of a WebSocket. */
export type CountRefusal = (refusal: Pick<HttpRefusal, 'reason' | 'status' | 'message' | 'caller'>) => void;

const quietMs = 60_000;
const maxQuiet = 1_000;

/**
 * Counts a refused request, and logs the first of each reason and caller in a minute at `warn`, the others at `debug`, so that a flood of them
 * cannot fill a disk.
 */
export function createRefusalCounter({ log, now, health }: Pick<ProcessHost, 'log' | 'now' | 'health'>): CountRefusal {
  const lastLogged = new Map<string, number>();
  return ({ reason, status, message, caller }) => {
    health.metrics.rejected(reason);
    const key = caller === undefined ? reason : `${reason} ${ownerKey(caller)}`;
    const since = now() - (lastLogged.get(key) ?? 0);
    const level = since >= quietMs && (lastLogged.size < maxQuiet || lastLogged.has(key)) ? 'warn' : 'debug';
    if (level === 'warn') {
      lastLogged.delete(key);
      lastLogged.set(key, now());
    }
    dropOld(lastLogged, now());
    log[level]({ reason, status, principal: caller?.id, clientId: caller?.clientId }, message);
  };
}

/** The oldest are first. */
function dropOld(lastLogged: Map<string, number>, now: number): void {
  for (const [key, at] of lastLogged) {
    if (now - at < quietMs) return;
    lastLogged.delete(key);
  }
}
