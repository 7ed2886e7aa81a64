import { hash, randomUUID } from 'node:crypto';
import { z } from 'zod';

/** What rides in `requestState` between two rounds of questions; sealed, so that the client can neither read nor change it. */
export interface AskState {
  /** Of this state; redeemed once by a `singleUse` tool. */
  readonly id: string;
  /** SHA-256 of the canonical arguments. */
  readonly argsHash: string;
  /** How often the user was asked, from 1. */
  readonly round: number;
  /** Keys of the questions of the last round; answers to others are ignored. */
  readonly asked: readonly string[];
  /** Answers of earlier rounds as the client gave them. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** Keys that were asked again after an answer that did not fit. */
  readonly retried: readonly string[];
}

const shape = z.object({
  id: z.string(),
  argsHash: z.string(),
  round: z.int(),
  asked: z.array(z.string()),
  answers: z.record(z.string(), z.unknown()),
  retried: z.array(z.string()),
});

/** Reads an opened state; undefined when an older or newer server sealed another shape. */
export function readAskState(value: unknown): AskState | undefined {
  return shape.safeParse(value).data;
}

/** The state of a call that asked nothing yet; hashes the arguments only when it comes to a question. */
export function newAskState(args: unknown): AskState {
  return {
    id: '',
    get argsHash() {
      return hashArgs(args);
    },
    round: 0,
    asked: [],
    answers: {},
    retried: [],
  };
}

/** The state after another round of questions. */
export function nextAskState(state: AskState, next: Pick<AskState, 'asked' | 'answers' | 'retried'>): AskState {
  return { ...next, id: randomUUID(), argsHash: state.argsHash, round: state.round + 1 };
}

/** SHA-256 of a JSON value in one spelling, whatever the order of its keys. */
export function hashArgs(args: unknown): string {
  return hash('sha256', JSON.stringify(args ?? null, sortKeys), 'base64url');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
