import type { ErrorCode } from '@trellis-mcp/errors';
import { pino } from 'pino';
import { CallFields } from './call-fields.ts';
import type { Logger } from './create-logger.ts';
import { scrubValue, type ScrubLimits } from './scrub-value.ts';

/** How a call ended: `ok`, `failed` (an error result of the handler's own making), or the code of its error. */
export type CallOutcome = 'ok' | 'failed' | ErrorCode;

/** What one line tells of one call. */
export interface CallRecord {
  readonly requestId: string;
  /** `tool`, `resource`, `prompt`, `completion`, `list`, ... */
  readonly kind: string;
  readonly name: string;
  /** The principal's id. */
  readonly principal: string;
  /** The OAuth client or API key that it came with. */
  readonly clientId?: string | undefined;
  readonly transport: string;
  /** `legacy` or `modern`. */
  readonly era: string;
  readonly outcome: CallOutcome;
  readonly durationMs: number;
  readonly resultBytes?: number;
  /** What was caught, with its causes. */
  readonly error?: unknown;
}

/** A call that changed or removed something, with what it was asked to do. */
export interface AuditRecord extends CallRecord {
  readonly args: unknown;
}

const argLimits: ScrubLimits = { depth: 4, entries: 32, chars: 512 };
const auditLogs = new WeakMap<Logger, Logger>();
const callLogs = new WeakMap<Logger, KnownCallers>();
const maxCallLogs = 1_000;

/** The children of one logger that calls are written to. */
interface KnownCallers {
  readonly byKey: Map<string, Logger>;
  /** Of the call before, which mostly is like the next: a key need not be made. */
  last?: { readonly record: CallRecord; readonly log: Logger };
}

/**
 * Writes the one line of a finished call. Level: `error` for `INTERNAL`, `warn` for `UPSTREAM`, `TIMEOUT` and `LIMIT`, `info` for the rest.
 */
export function logCall(log: Logger, record: CallRecord): void {
  const level = callLevel(record.outcome);
  if (!log.isLevelEnabled(level)) return;
  const shared = callLog(log, record);
  if (record.error === undefined) writeLine(shared, level, record);
  else shared[level](new CallFields(record), 'call');
}

/**
 * Writes the line of a destructive call, marked `audit: true`, at `info` whatever the log's level is; only a silent log has none.
 * `args` lose their secrets and are cut: 512 characters a string, 32 entries, 4 levels.
 */
export function auditCall(log: Logger, record: AuditRecord): void {
  if (log.level === 'silent') return;
  callLog(auditLog(log), record).info(
    Object.assign(new CallFields(record), { audit: true, args: scrubValue(record.args, argLimits) }),
    'audit',
  );
}

function callLevel(outcome: CallOutcome): 'info' | 'warn' | 'error' {
  switch (outcome) {
    case 'INTERNAL':
      return 'error';
    case 'UPSTREAM':
    case 'TIMEOUT':
    case 'LIMIT':
      return 'warn';
    default:
      return 'info';
  }
}

/**
 * Writes what pino would for a call without an error, in half the time: every call writes this line. `pino.symbols` are there for it
 * ("performant integration", pino docs/api.md).
 */
function writeLine(log: Logger, level: string, { requestId, outcome, durationMs, resultBytes }: CallRecord): void {
  const { chindingsSym, streamSym, timeSym } = pino.symbols;
  const time = Reflect.get(log, timeSym) as () => string;
  const stream = Reflect.get(log, streamSym) as { write(line: string): void };
  const bytes = resultBytes === undefined ? '' : `,"resultBytes":${resultBytes}`;
  const own = `,"requestId":${JSON.stringify(requestId)},"outcome":"${outcome}","durationMs":${Math.round(durationMs * 100) / 100}${bytes}`;
  stream.write(`{"level":"${level}"${time()}${String(Reflect.get(log, chindingsSym))}${own},"msg":"call"}\n`);
}

/** A child that holds what the calls of one caller to one handler share: pino renders it once. At most 1,000 are kept. */
function callLog(log: Logger, record: CallRecord): Logger {
  let known = callLogs.get(log);
  if (known === undefined) callLogs.set(log, (known = { byKey: new Map() }));
  if (known.last !== undefined && isSameCaller(known.last.record, record)) return known.last.log;
  const found = findCallLog(log, known.byKey, record);
  known.last = { record: { ...record, error: undefined }, log: found };
  return found;
}

function isSameCaller(one: CallRecord, other: CallRecord): boolean {
  return (
    one.name === other.name &&
    one.kind === other.kind &&
    one.principal === other.principal &&
    one.clientId === other.clientId &&
    one.transport === other.transport &&
    one.era === other.era
  );
}

function findCallLog(log: Logger, known: Map<string, Logger>, record: CallRecord): Logger {
  const { kind, name, principal, clientId, transport, era } = record;
  const key = `${kind} ${name} ${transport} ${era} ${clientId ?? ''} ${principal}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= maxCallLogs) known.clear();
  const created = log.child({ kind, name, principal, ...(clientId !== undefined && { clientId }), transport, era });
  known.set(key, created);
  return created;
}

function auditLog(log: Logger): Logger {
  if (log.isLevelEnabled('info')) return log;
  const known = auditLogs.get(log);
  if (known !== undefined) return known;
  const created = log.child({}, { level: 'info' });
  auditLogs.set(log, created);
  return created;
}
