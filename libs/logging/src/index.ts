export {
  createLogger,
  logFormats,
  logLevels,
  silentLogger,
  type CreateLoggerOptions,
  type LogFormat,
  type Logger,
  type LogLevel,
  type OpenLogger,
} from './create-logger.ts';
export { describeError, type DescribedError } from './describe-error.ts';
export { auditCall, logCall, type AuditRecord, type CallOutcome, type CallRecord } from './log-call.ts';
export { scrubText } from './scrub-text.ts';
export { scrubValue, type ScrubLimits } from './scrub-value.ts';
