/* eslint-disable @typescript-eslint/no-deprecated -- 2026-07-28 deprecates sampling, roots and logging and keeps them at least twelve months */
import type {
  Client,
  CreateMessageRequestParams,
  CreateMessageResult,
  LoggingLevel,
  LoggingMessageNotificationParams,
  Root,
} from '@modelcontextprotocol/client';

/** A request of the server to the client's model. */
export type SampleRequest = CreateMessageRequestParams;
/** What the client's model answered. */
export type SampleResult = CreateMessageResult;
/** A folder or address that the client offers to the server. */
export type ClientRoot = Root;
/** A log message of the server. */
export type LogEntry = LoggingMessageNotificationParams;
/** Severity of a {@link LogEntry} (RFC 5424). */
export type LogLevel = LoggingLevel;

/** Tells a 2025-era server which messages to send; modern requests carry the level themselves. */
export async function setLogLevel(client: Client, level: LogLevel, timeoutMs: number): Promise<void> {
  if (client.getProtocolEra() === 'modern' || client.getServerCapabilities()?.logging === undefined) return;
  await client.setLoggingLevel(level, { timeout: timeoutMs });
}
