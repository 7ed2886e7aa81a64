import type { Logger } from '@trellis-mcp/logging';

/** Which resources the clients of this process listen for, on every transport and in both eras. */
export interface ListenedUris {
  /** Counts one more listener for each URI, until the returned function is called, once or more often. */
  hold(uris: readonly string[]): () => void;
  /**
   * Calls `watch` when somebody begins to listen for a URI, and what it returned when nobody does any more. `watch` says by `resourceUpdated`
   * what it sees. Meant for what does not announce its changes, such as files; a URI may be any text.
   */
  onListen(watch: (uri: string) => () => void): void;
}

interface Listened {
  count: number;
  readonly stops: (() => void)[];
}

/** Counts who listens. What a watch throws is logged: nobody else is to miss anything. */
export function createListenedUris(log: Logger): ListenedUris {
  const listened = new Map<string, Listened>();
  const watches: ((uri: string) => () => void)[] = [];
  const guarded = <Result>(run: () => Result): Result | undefined => {
    try {
      return run();
    } catch (error) {
      log.warn({ err: error }, 'a resource that a client listens for is not watched');
      return undefined;
    }
  };
  const start = (uri: string, watch: (uri: string) => () => void): void => {
    const stop = guarded(() => watch(uri));
    if (stop !== undefined) listened.get(uri)?.stops.push(stop);
  };
  const enter = (uri: string): void => {
    const known = listened.get(uri);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    listened.set(uri, { count: 1, stops: [] });
    for (const watch of watches) start(uri, watch);
  };
  const leave = (uri: string): void => {
    const known = listened.get(uri);
    if (known === undefined || --known.count > 0) return;
    listened.delete(uri);
    for (const stop of known.stops) guarded(stop);
  };
  return {
    hold(uris) {
      let held: readonly string[] = [...new Set(uris)];
      held.forEach(enter);
      return () => {
        const left = held;
        held = [];
        left.forEach(leave);
      };
    },
    onListen(watch) {
      watches.push(watch);
      for (const uri of listened.keys()) start(uri, watch);
    },
  };
}
