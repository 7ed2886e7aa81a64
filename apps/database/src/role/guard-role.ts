import { AppError, isAppError } from '@trellis-mcp/errors';
import type { Source } from '../sources/source.ts';
import { loadDangers, type RoleReport } from './load-role-report.ts';

/** Where a guard writes: the part of the server's logger that it needs. */
export interface GuardLog {
  warn(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}

/** Options of {@link guardRole}. */
export interface GuardRoleOptions {
  /** Refuse a dangerous role, at start and at every call; otherwise it is a warning in the log. */
  readonly strict: boolean;
  readonly log: GuardLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How long a judgement of a role holds: rights change while a server runs. */
const freshMs = 10 * 60_000;

/** How soon a judgement that failed is tried again, when nothing waits for it. */
const retryMs = 60_000;

/**
 * A source that knows what its role may do. With `strict` the role is judged now, and again before a call when ten minutes have passed or
 * the database failed since: a role that became dangerous is refused until it is put right. Without, a dangerous role is a loud line in the
 * log once the database was used, and calls wait for nothing. The embedded database has no login role and is left as it is.
 *
 * @throws AppError with `strict`: `DENIED` for a dangerous role; `UPSTREAM` or `TIMEOUT` when the database does not tell.
 */
export async function guardRole(source: Source, options: GuardRoleOptions): Promise<Source> {
  if (source.engine === 'pglite') {
    return source;
  }
  const guard = options.strict ? refuseDangerous(source, options) : warnOfDangerous(source, options);
  await guard.before();
  // Nothing is awaited that is at hand: each call goes through here.
  const watched = <Answer>(running: Promise<Answer>): Promise<Answer> =>
    running.then(
      (answer) => {
        guard.after();
        return answer;
      },
      (error: unknown) => {
        guard.failed(error);
        guard.after();
        throw error;
      },
    );
  const guarded = <Answer>(run: () => Promise<Answer>): Promise<Answer> => {
    const judging = guard.before();
    return judging === undefined ? watched(run()) : judging.then(() => watched(run()));
  };
  return {
    ...source,
    loadCatalog: () => guarded(() => source.loadCatalog()),
    readPage: (request, run) => guarded(() => source.readPage(request, run)),
    runScript: (statements, run) => guarded(() => source.runScript(statements, run)),
  };
}

/** What happens around each use of a guarded source. */
interface Guard {
  /** What a call waits for; nothing when the role is judged. */
  before(): Promise<void> | undefined;
  failed(error: unknown): void;
  after(): void;
}

function refuseDangerous(source: Source, { now }: GuardRoleOptions): Guard {
  let judgedAt = Number.NEGATIVE_INFINITY;
  let judging: Promise<void> | undefined;
  const judge = async (): Promise<void> => {
    const report = await loadDangers(source);
    if (report.isDangerous) {
      throw toRefusal(report);
    }
    judgedAt = now();
  };
  return {
    before() {
      if (now() - judgedAt < freshMs) {
        return undefined;
      }
      judging ??= judge().finally(() => {
        judging = undefined;
      });
      return judging;
    },
    failed(error) {
      if (isAppError(error) && error.code === 'UPSTREAM') {
        judgedAt = Number.NEGATIVE_INFINITY;
      }
    },
    after: () => undefined,
  };
}

function warnOfDangerous(source: Source, { log, now }: GuardRoleOptions): Guard {
  let nextAt = Number.NEGATIVE_INFINITY;
  const judge = async (): Promise<void> => {
    try {
      const report = await loadDangers(source);
      nextAt = now() + freshMs;
      if (report.isDangerous) {
        log.warn({ source: source.name, role: report.role, findings: report.findings.map(({ evidence }) => evidence) }, describe(report));
      }
    } catch (error) {
      log.debug({ err: error, source: source.name }, 'The role of the database could not be judged.');
    }
  };
  return {
    before: () => undefined,
    failed: () => undefined,
    after() {
      if (now() >= nextAt) {
        nextAt = now() + retryMs;
        void judge();
      }
    },
  };
}

function describe({ findings }: RoleReport): string {
  const [first] = findings;
  const rest = findings.length > 1 ? ` And ${String(findings.length - 1)} more.` : '';
  return `${first?.evidence ?? ''}${rest} Connect as a role that only reads: trellis-database print-role prints one.`;
}

function toRefusal(report: RoleReport): AppError {
  return new AppError('DENIED', `The role of the database is refused by --strict-role. ${report.findings[0]?.evidence ?? ''}`, {
    hint: 'Connect as the role that trellis-database print-role prints, or start without --strict-role.',
    details: { findings: report.findings.length },
  });
}
