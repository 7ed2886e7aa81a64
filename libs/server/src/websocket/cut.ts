/** Why the server ends a connection by itself. */
export interface Cut {
  /** Close code (RFC 6455, 7.4; 4000 and above are ours, after the HTTP status that says the same). */
  readonly code: number;
  /** Label of the counter of refused requests. */
  readonly reason: string;
  /** At most 123 bytes; the client reads it. */
  readonly message: string;
  /** Whether it happens to well-behaved clients, too: then nobody is told, and it counts as no refusal. Default: false. */
  readonly isOrdinary?: boolean;
}

/** Close code at shutdown, after running calls were answered. */
export const goingAway = 1001;
/** Close code when the server side of the connection has ended for any other reason. */
export const normalClosure = 1000;

/** Everything that ends a connection. What breaks RFC 6455 itself is closed by `ws`: 1002, 1007, 1008 and 1009. */
export const cuts = {
  binary: { code: 1003, reason: 'websocket-binary', message: 'Send JSON-RPC as text.' },
  controlFlood: { code: 1008, reason: 'websocket-pings', message: 'Too many pings.' },
  tooSlow: { code: 1008, reason: 'websocket-unread', message: 'Too many answers were left unread.' },
  stalled: { code: 1008, reason: 'websocket-unread', message: 'Answers were left unread for too long.' },
  crowded: { code: 1013, reason: 'busy', message: 'The server is receiving more than it can hold.' },
  expired: { code: 4401, reason: 'token-expired', message: 'The token has expired. Connect again with a new one.', isOrdinary: true },
  silent: { code: 4408, reason: 'websocket-silent', message: 'A ping was not answered.', isOrdinary: true },
  unfinished: { code: 4408, reason: 'websocket-slow', message: 'The message took too long.' },
  idle: { code: 4408, reason: 'websocket-idle', message: 'The connection was idle for too long.', isOrdinary: true },
} as const satisfies Record<string, Cut>;
