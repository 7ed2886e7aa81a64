import { auditCall, logCall, type CallOutcome, type CallRecord } from '@trellis-mcp/logging';
import { isInputRequiredResult, MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import type { Frame } from '../frame.ts';
import { nextRequestId } from './request-id.ts';
import type { Peer, Task, TaskKind } from './task.ts';

/** How one request ended, for the log and the metrics. */
export interface Ending {
  readonly requestId: string;
  readonly kind: TaskKind;
  /** Of a definition, never of the client's making, so that metrics stay bounded. */
  readonly name: string;
  readonly outcome: CallOutcome;
  readonly durationMs: number;
  readonly resultBytes: number;
  readonly error?: unknown;
}

/** Writes the one line of a call and counts it. Returns what the line says. */
function reportEnding({ host }: Frame, { connection }: Peer, ending: Ending): CallRecord {
  const { requestId, kind, name, outcome, durationMs, resultBytes, error } = ending;
  const { principal, transport, era } = connection;
  const { id, clientId } = principal;
  const record: CallRecord = {
    requestId,
    kind,
    name,
    principal: id,
    clientId,
    transport,
    era,
    outcome,
    durationMs,
    resultBytes,
    error,
  };
  logCall(host.log, record);
  host.health.metrics.callFinished({ kind, name, outcome, durationMs, bytes: resultBytes });
  return record;
}

/** Reports a request that was refused before it became a task: nothing of that name, or arguments that do not fit. */
export function reportRefused(frame: Frame, peer: Peer, refused: Pick<Ending, 'kind' | 'name' | 'outcome'>): void {
  frame.host.health.metrics.callStarted(refused.kind);
  reportEnding(frame, peer, { ...refused, requestId: nextRequestId(), durationMs: 0, resultBytes: 0 });
}

/** Reports a task that went through its steps; a destructive one also in the audit log. A round that only asked the user is no finished call: it is logged at `debug`. */
export function report(task: Task, options: { readonly isDestructive?: boolean } = {}): void {
  const { frame, failure, refusal, subject, requestId } = task;
  const durationMs = performance.now() - task.startedAt;
  if (failure === undefined && refusal === undefined && isInputRequiredResult(task.result)) {
    frame.host.log.debug({ requestId, name: subject.name, asked: Object.keys(task.result.inputRequests ?? {}) }, 'asked');
    frame.host.health.metrics.callFinished({ kind: subject.kind, name: subject.name, outcome: 'asked', durationMs });
    return;
  }
  const { kind, name } = subject;
  const ending = {
    requestId,
    kind,
    name,
    outcome: outcomeOf(task),
    durationMs,
    resultBytes: task.resultBytes ?? 0,
    error: failure ?? refusal,
  };
  const record = reportEnding(frame, task.peer, ending);
  if (options.isDestructive === true) auditCall(frame.host.log, { ...record, args: task.args });
}

/** How a task that is over ended. */
export function outcomeOf({ failure, refusal, result }: Task): CallOutcome {
  if (failure !== undefined) return failure.code;
  if (refusal !== undefined) return refusal instanceof MissingRequiredClientCapabilityError ? 'DENIED' : 'INVALID_INPUT';
  return typeof result === 'object' && result !== null && 'isError' in result && result.isError === true ? 'failed' : 'ok';
}
