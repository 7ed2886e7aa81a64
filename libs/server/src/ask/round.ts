import { inputRequired, type InputRequest, type InputRequiredResult } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { nextAskState, type AskState } from './ask-state.ts';

/** How often one call may turn to the user; the limit of the SDK on 2025-era connections, too. */
export const maxRounds = 8;
const maxQuestions = 20;

/** Ends the run of a handler whose question has no answer yet. */
class AskPending extends Error {
  override readonly name = 'AskPending';

  constructor() {
    super('The answer is not there yet; the handler runs again with it.');
  }
}

/** The questions that a run of a handler found unanswered; all of one tick go out together. */
export interface Round {
  readonly isEmpty: boolean;
  /** Adds a question; the promise rejects once the handler had the chance to ask everything it asks at once. */
  add(key: string, question: InputRequest, options?: { readonly isRetry: boolean }): Promise<never>;
  /** The `input_required` result with the state for the next run. */
  finish(seal: (state: AskState) => string): InputRequiredResult;
}

/**
 * Collects one round of questions on top of what earlier rounds answered.
 *
 * @param answers Answers at hand, which ride on to the next run.
 */
export function createRound(state: AskState, answers: ReadonlyMap<string, unknown>): Round {
  const questions = new Map<string, InputRequest>();
  const retried = new Set(state.retried);
  const waiting: ((reason: AskPending) => void)[] = [];
  const endRound = (): void => {
    for (const reject of waiting) reject(new AskPending());
  };
  return {
    get isEmpty() {
      return questions.size === 0;
    },
    add(key, question, options) {
      if (questions.has(key)) throw new Error(`two questions of one run have the key "${key}"`);
      if (questions.size >= maxQuestions) throw new AppError('LIMIT', `The call asks more than ${maxQuestions} questions at once.`);
      if (state.round >= maxRounds) throw new AppError('LIMIT', `The call turned to the user ${maxRounds} times, which is the limit.`);
      questions.set(key, question);
      if (options?.isRetry === true) retried.add(key);
      if (waiting.length === 0) setImmediate(endRound);
      const answer = new Promise<never>((_resolve, reject) => waiting.push(reject));
      // The round itself reports what is pending: a handler need not await every question it asked.
      answer.catch((error: unknown) => error);
      return answer;
    },
    finish(seal) {
      const next = { asked: [...questions.keys()], answers: Object.fromEntries(answers), retried: [...retried] };
      return inputRequired({ inputRequests: Object.fromEntries(questions), requestState: seal(nextAskState(state, next)) });
    },
  };
}
