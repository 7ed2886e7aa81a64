/** Bounds of the WebSocket transport; each has a default. */
export interface WebSocketLimits {
  /** Open connections, all callers together. Default: 1,024. */
  readonly maxConnections: number;
  /** Open connections of one principal. Default: 256. */
  readonly maxConnectionsPerPrincipal: number;
  /** Largest message of a client in bytes. Default: 4 MiB. */
  readonly maxMessageBytes: number;
  /** Requests of one connection that may be unanswered at the same time. Default: 128. */
  readonly maxUnanswered: number;
  /** Answers that a client left unread, in bytes, above which it is not read from. Default: 256 KiB. */
  readonly pauseBytes: number;
  /** Answers that a client left unread, in bytes, above which it is cut. Default: 16 MiB. */
  readonly maxUnsentBytes: number;
  /** The same over all connections: those that hold most are cut first. Default: 256 MiB. */
  readonly maxTotalUnsentBytes: number;
  /** What unfinished messages of all connections may take together, and again what has no answer yet, in bytes. Default: 256 MiB. */
  readonly maxTotalReceivedBytes: number;
  /** Silence after which a client is pinged, in milliseconds. Default: 30,000. */
  readonly pingMs: number;
  /** How long it may take to answer a ping, in milliseconds. Default: 20,000. */
  readonly pongMs: number;
  /** Pings and pongs that a client may send between two checks. Default: 100. */
  readonly maxControlFrames: number;
  /** How long a client may take for its first message, and for the whole of any message, in milliseconds. Default: 60,000. */
  readonly messageMs: number;
  /** How long a connection lives without a message, a running call or a subscription, in milliseconds. Default: 30 minutes. */
  readonly idleMs: number;
  /** How long a client may leave what it was sent unread, in milliseconds. Default: 30,000; at most 2,000 while the server drains. */
  readonly stalledMs: number;
  /** How often connections are checked for all of these, in milliseconds. Default: 1,000. */
  readonly checkMs: number;
}

const mebibyte = 1024 * 1024;

/** What holds when nothing else is said. */
export const defaultLimits: WebSocketLimits = {
  maxConnections: 1_024,
  maxConnectionsPerPrincipal: 256,
  maxMessageBytes: 4 * mebibyte,
  maxUnanswered: 128,
  pauseBytes: 256 * 1024,
  maxUnsentBytes: 16 * mebibyte,
  maxTotalUnsentBytes: 256 * mebibyte,
  maxTotalReceivedBytes: 256 * mebibyte,
  pingMs: 30_000,
  pongMs: 20_000,
  maxControlFrames: 100,
  messageMs: 60_000,
  idleMs: 30 * 60_000,
  stalledMs: 30_000,
  checkMs: 1_000,
};
