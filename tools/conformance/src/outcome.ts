/** One line of the report. */
export interface Outcome {
  readonly name: string;
  readonly isOk: boolean;
  /** The score, or what went wrong. */
  readonly summary: string;
}

/** What one run is called and how it is done. */
export interface Run {
  readonly name: string;
  readonly run: () => Promise<Omit<Outcome, 'name'>>;
}

/** Does the runs one after the other; one that throws has failed. Prints a line each and returns whether all went well. */
export async function runAll(runs: readonly Run[], print: (line: string) => void): Promise<boolean> {
  let isOk = runs.length > 0;
  for (const { name, run } of runs) {
    const started = performance.now();
    const outcome = await run().catch((error: unknown) => ({
      isOk: false,
      summary: error instanceof Error ? error.message : String(error),
    }));
    isOk &&= outcome.isOk;
    print(`${outcome.isOk ? 'ok    ' : 'FAILED'} ${name}: ${outcome.summary} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  }
  return isOk;
}
