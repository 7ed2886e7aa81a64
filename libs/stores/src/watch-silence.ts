import type { Redis } from 'ioredis';

/** How many looks a connection may take to become ready; a Redis that loads its data takes seconds. */
const looksToGetReady = 10;

/**
 * Cuts a connection on which Redis says nothing for `limitMs`, which a network that swallows packets or a frozen Redis does not end by
 * itself; what was under way fails, and the client connects again. One that does not get ready has five times as long.
 *
 * A question twice in that time costs the commands nothing, where a timer for each is a tenth of a short one. Returns what stops it.
 */
export function watchSilence(client: Redis, limitMs: number): () => void {
  let asked = 0;
  let unready = 0;
  const forget = (): void => {
    asked = 0;
    unready = 0;
  };
  const judgeReady = (): void => {
    if (asked > 0) {
      client.disconnect(true);
      return;
    }
    asked += 1;
    client.ping().then(forget, forget);
  };
  const judge = (): void => {
    if (client.status === 'ready') judgeReady();
    else if (client.status !== 'connect') forget();
    else if (++unready > looksToGetReady) client.disconnect(true);
  };
  // Behind the next look at the sockets: what arrived while this process was busy is not late.
  const timer = setInterval(() => setImmediate(judge), limitMs / 2).unref();
  client.on('close', forget);
  return () => {
    clearInterval(timer);
  };
}
