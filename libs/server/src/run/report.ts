import { auditCall, logCall, type CallOutcome } from '@trellis-mcp/logging';
import { isInputRequiredResult, MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';
import type { Frame } from '../frame.ts';
import type { Peer, Task, TaskKind } from './task.ts';

/** How one request ended, for the log and the metrics. */
export interface Ending {
  readonly requestId: string;
  readonly kind: TaskKind;
  /** Of a definition, never of the client's making, so that metrics stay bounded. */
  readonly name: string;
  readonly outcome: CallOutcome;
  readonly durationMs: number;
  readonly resultBytes?: number;
  readonly error?: unknown;
  /** Set for destructive calls: they get a line in the audit log. */
  readonly auditArgs?: unknown;
}

/** Writes the one line of a call and counts it. */
export function reportEnding(frame: Frame, peer: Peer, ending: Ending): void {
  const { auditArgs, ...rest } = ending;
  const { connection } = peer;
  const record = { ...rest, principal: connection.principal.id, transport: connection.transport, era: connection.era };
  logCall(frame.host.log, record);
  if (auditArgs !== undefined) auditCall(frame.host.log, { ...record, args: auditArgs });
  frame.host.health.metrics.callFinished({ ...rest, bytes: ending.resultBytes ?? 0 });
}

/** Reports a request that was refused before it became a task: nothing of that name, or arguments that do not fit. */
export function reportRefused(frame: Frame, peer: Peer, refused: Pick<Ending, 'kind' | 'name' | 'outcome'>): void {
  frame.host.health.metrics.callStarted(refused.kind);
  reportEnding(frame, peer, { ...refused, requestId: randomUUID(), durationMs: 0 });
}

/** Reports a task that went through its steps. A round that only asked the user is no finished call: it is logged at `debug`. */
export function report(task: Task, options: { readonly isDestructive?: boolean } = {}): void {
  const { frame, failure, refusal, subject, requestId } = task;
  const durationMs = performance.now() - task.startedAt;
  if (failure === undefined && refusal === undefined && isInputRequiredResult(task.result)) {
    frame.host.log.debug({ requestId, name: subject.name, asked: Object.keys(task.result.inputRequests ?? {}) }, 'asked');
    frame.host.health.metrics.callFinished({ kind: subject.kind, name: subject.name, outcome: 'asked', durationMs });
    return;
  }
  reportEnding(frame, task.peer, {
    requestId,
    kind: subject.kind,
    name: subject.name,
    outcome: outcomeOf(task),
    durationMs,
    ...(task.resultBytes !== undefined && { resultBytes: task.resultBytes }),
    error: failure ?? refusal,
    ...(options.isDestructive === true && { auditArgs: task.args ?? {} }),
  });
}

function outcomeOf({ failure, refusal, result }: Task): CallOutcome {
  if (failure !== undefined) return failure.code;
  if (refusal !== undefined) return refusal instanceof MissingRequiredClientCapabilityError ? 'DENIED' : 'INVALID_INPUT';
  return typeof result === 'object' && result !== null && 'isError' in result && result.isError === true ? 'failed' : 'ok';
}
