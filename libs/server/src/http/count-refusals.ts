import type { ProcessHost } from '../host.ts';
import type { HttpRefusal } from './http-error.ts';

/** Counts a refusal; `status` may be the close code of a WebSocket. */
export type CountRefusal = (refusal: Pick<HttpRefusal, 'reason' | 'status' | 'message'>) => void;

const quietMs = 60_000;

/** Counts a refused request, and logs the first of each reason in a minute, so that a flood of them cannot fill a disk. */
export function createRefusalCounter({ log, now, health }: Pick<ProcessHost, 'log' | 'now' | 'health'>): CountRefusal {
  const lastLogged = new Map<string, number>();
  return (refusal) => {
    health.metrics.rejected(refusal.reason);
    const since = now() - (lastLogged.get(refusal.reason) ?? 0);
    const level = since >= quietMs ? 'warn' : 'debug';
    if (level === 'warn') {
      lastLogged.set(refusal.reason, now());
    }
    log[level]({ reason: refusal.reason, status: refusal.status }, refusal.message);
  };
}
