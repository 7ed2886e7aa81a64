/** One thing the gate checks: a program with arguments. */
export interface Step {
  /** As in the summary. */
  name: string;
  /** Arguments for the Node in use: script and its flags. */
  args: readonly string[];
  /** How long it may take before it is killed and counted as failed. */
  limitMs: number;
  /** Extra variables. */
  env?: Readonly<Record<string, string>>;
  /** Prints while it runs; other steps print once, when they have ended. */
  isStreamed?: boolean;
}

/** What a step came to. */
export interface StepResult {
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  durationMs: number;
  /** Why it failed, when its own output may not say so. */
  note?: string;
}
