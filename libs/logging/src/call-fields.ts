import { describeError, type DescribedError } from './describe-error.ts';
import type { CallRecord } from './log-call.ts';

/**
 * What differs between two calls of one handler. Ids and numbers of our own making: nothing here needs scrubbing but the error, so that a
 * logger passes an instance on as it is.
 */
export class CallFields {
  readonly [field: string]: unknown;
  readonly requestId: string;
  readonly outcome: string;
  readonly durationMs: number;
  readonly resultBytes: number | undefined;
  readonly err: unknown;

  constructor(record: CallRecord) {
    this.requestId = record.requestId;
    this.outcome = record.outcome;
    this.durationMs = Math.round(record.durationMs * 100) / 100;
    this.resultBytes = record.resultBytes;
    this.err = record.error === undefined ? undefined : describe(record);
  }
}

/** Outcomes that the program meant: where it decided so tells nobody anything. What caused them is kept. */
const refusals: ReadonlySet<string> = new Set(['INVALID_INPUT', 'DENIED', 'NOT_FOUND', 'CONFLICT', 'LIMIT', 'CANCELLED']);

function describe({ error, outcome }: CallRecord): DescribedError {
  const { stack, ...rest } = describeError(error);
  return stack === undefined || refusals.has(outcome) ? rest : { ...rest, stack };
}
