import type { Logger } from '@trellis-mcp/logging';
import type { z } from 'zod';
import type { Principal } from './principal.ts';

/** What a client may be able to do for a server while a call runs. */
export type ClientFeature = 'ask' | 'sample' | 'roots';

/** RFC 5424 severities, as `logging/setLevel` names them. */
export type TellLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency';

/** A root that the client offers (deprecated in 2026-07-28, kept for the clients that have it). */
export interface ClientRoot {
  readonly uri: string;
  readonly name?: string;
}

/** One request to the client's model. */
export interface SampleRequest {
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[];
  readonly systemPrompt?: string;
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  /** An earlier call asked the same: this one takes an answer that it brought, and does not begin to ask. Then `DENIED`. Default false. */
  readonly isRepeated?: boolean;
}

/** What the client's model answered. */
export interface SampleReply {
  readonly text: string;
  readonly model: string;
  readonly stopReason?: string;
}

/** Where a kept body can be read: `trellis://kept/{handle}`. */
export interface KeptBody {
  readonly uri: string;
  readonly bytes: number;
  /** When the body is dropped, milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * What a handler of a tool, a resource or a prompt gets beside its arguments. Valid until the handler settles. Destructure it or pass it on
 * whole; its members are made on demand, so a spread copy lacks them.
 */
export interface Call<Deps> {
  readonly deps: Deps;
  readonly principal: Principal;
  /** Unique per request; the one id that the log and the `INTERNAL` message share. */
  readonly requestId: string;
  /** Aborts when the client cancels (not on stateless 2025-era HTTP, which cannot say so), the deadline passes or the drain runs out. */
  readonly signal: AbortSignal;
  /** The operator's log, bound to request and handler; never reaches the client. */
  readonly log: Logger;
  /** Sends a log message to the client (MCP logging), honouring its level. Never throws. */
  readonly tell: (level: TellLevel, text: string) => void;
  /** Reports progress when the client asked for it. `done` must grow; a heartbeat nudges the last report. Never throws. */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /** Whether the client of this very call can do it. */
  readonly can: (feature: ClientFeature) => boolean;
  /** @throws AppError `DENIED` when the client has no roots. */
  readonly roots: () => Promise<readonly ClientRoot[]>;
  readonly ask: Ask;
  /**
   * Asks the client's model; same rules as {@link Ask}.
   * @throws AppError `DENIED` when the client refuses; on 2025-era connections also when it fails or takes more than 45 seconds.
   */
  readonly sample: (key: string, request: SampleRequest) => Promise<SampleReply>;
  /** Binds `value` to the principal and this handler; returns an opaque token that {@link Call.unseal} opens until `ttlMs` passed. */
  readonly seal: (value: unknown, options: { readonly ttlMs: number }) => string;
  /**
   * Opens a token of {@link Call.seal}.
   * @throws AppError `INVALID_INPUT` with one text for forged, foreign, expired and malformed tokens.
   */
  readonly unseal: (token: string) => unknown;
  /** Keeps a large body for this principal, readable in pages as a resource. */
  readonly keep: (bytes: Uint8Array, options: { readonly ttlMs: number; readonly mimeType: string }) => Promise<KeptBody>;
}

/** The function `call.ask`. */
export interface Ask {
  /**
   * Asks the user through a form. The handler may run again from its start with the answer at hand: no side effect before the last `ask`.
   *
   * @param key Unique within the handler, stable between runs.
   * @returns The accepted content, checked by `schema`.
   * @throws AppError `DENIED` on decline, cancel, or a client that cannot be asked (the hint names the operator's flag).
   */
  <Schema extends z.ZodObject>(key: string, request: AskForm<Schema>): Promise<z.output<Schema>>;
  /** Asks the user to visit `url` and resolves when they accepted. */
  (key: string, request: AskUrl): Promise<void>;
}

/** A form for the user: flat, primitive fields only (spec: client/elicitation). */
export interface AskForm<Schema extends z.ZodObject> {
  readonly message: string;
  readonly schema: Schema;
  /** The operator's flag that makes the question unnecessary, named in the hint when the client cannot be asked. */
  readonly flag?: string;
}

/** A page for the user, for what must not pass through the client, such as credentials. */
export interface AskUrl {
  readonly message: string;
  readonly url: string;
  readonly flag?: string;
}
