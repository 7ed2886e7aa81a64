import { isAppError } from '@trellis-mcp/errors';
import type { CheckReport } from './health-report.ts';

/** What a check answers. */
export interface CheckResult {
  readonly ok: boolean;
  /** One sentence without secrets: it is shown to whoever may read the report. */
  readonly detail?: string;
}

/** Asks one dependency; `signal` aborts at the deadline. */
export type Check = (signal: AbortSignal) => Promise<CheckResult>;

/** Options of one check. */
export interface CheckOptions {
  /** Whether the program cannot serve without it; readiness follows. Default: true. */
  readonly critical?: boolean;
  /** Deadline in milliseconds. Default: 1,000. */
  readonly timeoutMs?: number;
}

/** One check that runs at most once at a time, however slow it is. */
export interface CheckRunner {
  /** Resolves at the deadline at the latest; never rejects. */
  run(): Promise<CheckReport>;
}

const maxDetail = 200;

/** Wraps `check`. While one run hangs, later ones report it as failed in place of starting another. */
export function createCheckRunner(name: string, check: Check, options: CheckOptions & { readonly now: () => number }): CheckRunner {
  const { critical = true, timeoutMs = 1_000, now } = options;
  let hangingSince: number | undefined;
  const describe = (startedAt: number, result: CheckResult): CheckReport => ({
    name,
    ok: result.ok,
    critical,
    duration_ms: Math.max(0, Math.round(now() - startedAt)),
    ...(result.detail !== undefined && { detail: result.detail.slice(0, maxDetail) }),
  });
  return {
    async run() {
      if (hangingSince !== undefined) return describe(hangingSince, { ok: false, detail: 'The last check has not come back.' });
      const startedAt = now();
      hangingSince = startedAt;
      const asked = ask(check, AbortSignal.timeout(timeoutMs)).finally(() => {
        hangingSince = undefined;
      });
      return describe(startedAt, await withDeadline(asked, timeoutMs));
    },
  };
}

async function ask(check: Check, signal: AbortSignal): Promise<CheckResult> {
  try {
    return await check(signal);
  } catch (error) {
    // Only messages of AppError are made to be shown.
    return { ok: false, detail: isAppError(error) ? error.message : 'The check failed.' };
  }
}

async function withDeadline(asked: Promise<CheckResult>, timeoutMs: number): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>();
  const timer = setTimeout(resolve, timeoutMs, { ok: false, detail: `No answer within ${timeoutMs} ms.` });
  try {
    return await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
  }
}
