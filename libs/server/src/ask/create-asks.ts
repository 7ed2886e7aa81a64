import { inputRequired, type ClientCapabilities, type InputRequest, type InputRequiredResult } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { explainIssues } from '@trellis-mcp/validation';
import type { z } from 'zod';
import type { AskForm, AskUrl, ClientRoot, SampleReply, SampleRequest } from '../call.ts';
import type { AskState } from './ask-state.ts';
import type { Need } from './client-features.ts';
import { readElicitation, readRoots, readSample, toSamplingParams } from './read-answer.ts';
import { createRound, type Round } from './round.ts';

/** The questions of one run: answered from what the client sent, or collected for the next round. */
export interface Asks {
  readonly hasPending: boolean;
  /** The last question that this client cannot be asked, and what it would have to declare. */
  readonly missing: MissingCapability | undefined;
  takeQuestions(): InputRequiredResult;
  ask(key: string, request: AskForm<z.ZodObject> | AskUrl): Promise<unknown>;
  sample(key: string, request: SampleRequest): Promise<SampleReply>;
  roots(): Promise<readonly ClientRoot[]>;
}

/** Why a question was refused before it was asked. */
export interface MissingCapability {
  /** What the handler saw. */
  readonly error: AppError;
  readonly requiredCapabilities: ClientCapabilities;
}

/** What {@link createAsks} needs. */
export interface AsksOptions {
  readonly state: AskState;
  /** Answers of all rounds by key, as the client gave them: untrusted. */
  readonly answers: ReadonlyMap<string, unknown>;
  readonly seal: (state: AskState) => string;
  readonly clientCan: (need: Need) => boolean;
  /** What to do when the client cannot be asked and no flag of the operator makes the question unnecessary. */
  readonly hint: string;
}

/** Makes the questions of one run of a handler. */
export function createAsks(options: AsksOptions): Asks {
  return new RunningAsks(options);
}

/** Makes a question; the note says what was wrong with the last answer. */
type Question = (note: string) => InputRequest;

/** No key of a handler's question, which never starts with a colon. */
const rootsKey = ':roots';

class RunningAsks implements Asks {
  missing: MissingCapability | undefined;
  readonly #options: AsksOptions;
  readonly #answers: Map<string, unknown>;
  readonly #round: Round;

  constructor(options: AsksOptions) {
    this.#options = options;
    this.#answers = new Map(options.answers);
    this.#round = createRound(options.state, this.#answers);
  }

  get hasPending(): boolean {
    return !this.#round.isEmpty;
  }

  takeQuestions(): InputRequiredResult {
    return this.#round.finish(this.#options.seal);
  }

  async ask(key: string, request: AskForm<z.ZodObject> | AskUrl): Promise<unknown> {
    checkKey(key);
    this.#assertCan('schema' in request ? 'form' : 'url', request.flag);
    return 'schema' in request ? this.#askForm(key, request) : this.#askUrl(key, request);
  }

  async sample(key: string, request: SampleRequest): Promise<SampleReply> {
    checkKey(key);
    this.#assertCan('sample');
    const question = (): InputRequest => inputRequired.createMessage(toSamplingParams(request));
    if (!this.#answers.has(key)) {
      const isBeginning = this.#options.state.round === 0;
      if (isBeginning && request.isRepeated === true) throw new AppError('DENIED', "The client's model was asked before.");
      return this.#round.add(key, question());
    }
    return readSample(this.#answers.get(key)) ?? this.#askAgain(key, 'it is no text of a model.', question);
  }

  async roots(): Promise<readonly ClientRoot[]> {
    this.#assertCan('roots');
    const question = (): InputRequest => inputRequired.listRoots();
    if (!this.#answers.has(rootsKey)) return this.#round.add(rootsKey, question());
    return readRoots(this.#answers.get(rootsKey)) ?? this.#askAgain(rootsKey, 'it is no list of roots.', question);
  }

  async #askForm(key: string, { message, schema }: AskForm<z.ZodObject>): Promise<unknown> {
    const question: Question = (note) => inputRequired.elicit({ message: message + note, requestedSchema: schema });
    if (!this.#answers.has(key)) return this.#round.add(key, question(''));
    const answer = readElicitation(this.#answers.get(key));
    if (answer === undefined) return this.#askAgain(key, 'it is no answer to a form.', question);
    const checked = await schema.safeParseAsync(answer);
    return checked.success ? checked.data : this.#askAgain(key, explainIssues(checked.error), question);
  }

  async #askUrl(key: string, { message, url }: AskUrl): Promise<void> {
    const question: Question = (note) => inputRequired.elicitUrl({ message: message + note, url });
    if (!this.#answers.has(key)) return this.#round.add(key, question(''));
    if (readElicitation(this.#answers.get(key)) === undefined) return this.#askAgain(key, 'it is no answer to a page.', question);
  }

  /** Asks once more for an answer that does not fit; the second misfit fails the call. */
  #askAgain(key: string, problem: string, question: Question): Promise<never> {
    if (this.#options.state.retried.includes(key)) {
      throw new AppError('INVALID_INPUT', `The answer to "${key}" does not fit: ${problem}`, { hint: 'Call again to be asked anew.' });
    }
    this.#answers.delete(key);
    return this.#round.add(key, question(`\n\nThe last answer does not fit: ${problem}`), { isRetry: true });
  }

  #assertCan(need: Need, flag?: string): void {
    if (this.#options.clientCan(need)) return;
    const { what, requiredCapabilities } = needs[need];
    const hint = flag === undefined ? this.#options.hint : `An operator can start the server with ${flag}, so that it need not ask.`;
    const error = new AppError('DENIED', `This call ${what}, and the client cannot do that.`, { hint });
    this.missing = { error, requiredCapabilities };
    throw error;
  }
}

const needs: Readonly<Record<Need, { readonly what: string; readonly requiredCapabilities: ClientCapabilities }>> = {
  form: { what: 'has to ask the user', requiredCapabilities: { elicitation: { form: {} } } },
  url: { what: 'has to send the user to a page', requiredCapabilities: { elicitation: { url: {} } } },
  sample: { what: "has to ask the client's model", requiredCapabilities: { sampling: {} } },
  roots: { what: "needs the client's roots", requiredCapabilities: { roots: {} } },
};

function checkKey(key: string): void {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(key)) throw new Error(`"${key}" is no key of a question: 1 to 64 of A-Z a-z 0-9 _ - .`);
}
