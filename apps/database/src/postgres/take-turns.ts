/** A place in a queue. */
export interface Place {
  /** Resolves when it is this one's turn. */
  readonly turn: Promise<void>;
  /** Lets the next one go on; also before the turn came. */
  leave(): void;
}

/** Makes a queue in which one goes at a time, in the order of arrival. */
export function takeTurns(): () => Place {
  let last = Promise.resolve();
  return () => {
    const over = Promise.withResolvers<undefined>();
    const turn = last;
    last = turn.then(async () => {
      await over.promise;
    });
    return { turn, leave: () => over.resolve(undefined) };
  };
}
