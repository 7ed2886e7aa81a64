export { connect } from './connect.ts';
export type { ConnectOptions, ConnectTarget, HttpTarget, ListKind, StdioTarget, WebSocketTarget } from './connect-options.ts';
export type { CallOptions, Connection, ServerInfo, ToolCallOptions } from './connection.ts';
export type { ClientRoot, LogEntry, LogLevel, SampleRequest, SampleResult } from './older-features.ts';
export type { Subscription } from './subscriptions.ts';
export { readErrorMeta, toAppError, type FailureContext } from './to-app-error.ts';
export { readToolAnswer, type ToolAnswer } from './tool-answer.ts';
