import type { InputRequiredResult, McpServer, ProtocolError, ServerContext } from '@modelcontextprotocol/server';
import type { AppError } from '@trellis-mcp/errors';
import type { AskState } from '../ask/ask-state.ts';
import type { Asks } from '../ask/create-asks.ts';
import type { Connection } from '../connection.ts';
import type { Frame } from '../frame.ts';
import { nextRequestId } from './request-id.ts';
import { Stopper } from './stopper.ts';

/** What a task works on; `list` fills a resource list, `completion` suggests values. */
export type TaskKind = 'tool' | 'resource' | 'prompt' | 'completion' | 'list';

/** The definition behind a task, as far as the steps need it. */
export interface Subject {
  readonly kind: TaskKind;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly timeoutMs: number;
  readonly singleUse: boolean;
}

/** One side of a conversation: the SDK server and what it was made for. */
export interface Peer {
  readonly server: McpServer;
  readonly connection: Connection;
}

/** One request on its way through the steps. A step reads what the earlier ones left; a `result` ends the walk. */
export interface Task<Result = unknown> {
  readonly frame: Frame;
  readonly peer: Peer;
  readonly ctx: ServerContext;
  readonly subject: Subject;
  /** What was asked for, as the client sent it: hashed into pending questions, written to the audit log. */
  readonly args: unknown;
  readonly requestId: string;
  /** `performance.now()` at the start. */
  readonly startedAt: number;
  readonly stopper: Stopper;
  /** Runs the handler; set by whoever made the task. */
  readonly invoke: (task: Task) => Promise<unknown>;
  /** The questions of this run, made when the handler first turns to the client. */
  asks?: Asks;
  /** What earlier runs asked and heard; absent when the request brought no state. */
  askState?: AskState;
  /** What the handler returned. */
  value?: unknown;
  result?: Result | InputRequiredResult;
  resultBytes?: number;
  /** Why the task failed, as the client may see it; its cause is for the log. */
  failure?: AppError;
  /** The request itself was refused: answered as a JSON-RPC error. */
  refusal?: ProtocolError;
  /** Set when the steps are done: nothing is sent to the client any more. */
  isOver: boolean;
  /** Undoes timers and listeners, last first. */
  readonly cleanups: (() => void)[];
}

/** What {@link createTask} needs. */
export interface TaskSource {
  readonly frame: Frame;
  readonly peer: Peer;
  readonly ctx: ServerContext;
  readonly subject: Subject;
  readonly args: unknown;
  readonly invoke: (task: Task) => Promise<unknown>;
}

/** Makes a task with an id of its own. */
export function createTask<Result>(source: TaskSource): Task<Result> {
  return { ...source, requestId: nextRequestId(), startedAt: performance.now(), stopper: new Stopper(), isOver: false, cleanups: [] };
}
