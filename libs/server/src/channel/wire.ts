/** What a {@link Wire} hands up. */
export interface WireEvents {
  /** One whole message. */
  readonly text: (text: string) => void;
  /** A message was dropped unread; says why. */
  readonly unreadable: (why: string) => void;
  /** The other side is gone. */
  readonly gone: () => void;
}

/** Carries whole messages as text and knows nothing of JSON-RPC. */
export interface Wire {
  /** Starts to read. */
  open(events: WireEvents): void;
  /** Sends one message; rejects when it cannot be sent any more. */
  send(text: string): Promise<void>;
  /** Sends what is under way and stops reading. */
  close(): void;
}
