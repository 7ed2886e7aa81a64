import { inputRequired, inputResponse, type ClientCapabilities, type InputRequiredResult } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { explainIssues } from '@trellis-mcp/validation';
import type { z } from 'zod';
import type { AskForm, AskUrl, ClientFeature, ClientRoot, SampleReply, SampleRequest } from '../call.ts';
import type { AskState } from './ask-state.ts';
import type { Need } from './client-features.ts';
import { createRound } from './round.ts';

/** The questions of one run: answered from what the client sent, or collected for the next round. */
export interface Asks {
  readonly hasPending: boolean;
  /** The last question that this client cannot be asked, and what it would have to declare. */
  readonly missing: MissingCapability | undefined;
  takeQuestions(): InputRequiredResult;
  can(feature: ClientFeature): boolean;
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
}

/** Cannot be the key of a question of a handler, which is checked to hold no colon at its start. */
const rootsKey = ':roots';
const maxRoots = 1000;

/** Makes the questions of one run of a handler. */
export function createAsks({ state, answers: given, seal, clientCan }: AsksOptions): Asks {
  const answers = new Map(given);
  const round = createRound(state, answers);
  let missing: MissingCapability | undefined;

  /** Asks once more for an answer that does not fit; the second misfit fails the call. */
  const askAgain = (key: string, problem: string, question: (note: string) => Parameters<typeof round.add>[1]): Promise<never> => {
    if (state.retried.includes(key)) {
      throw new AppError('INVALID_INPUT', `The answer to "${key}" does not fit: ${problem}`, { hint: 'Call again to be asked anew.' });
    }
    answers.delete(key);
    return round.add(key, question(`\n\nThe last answer does not fit: ${problem}`), { isRetry: true });
  };

  const askForm = async (key: string, { message, schema }: AskForm<z.ZodObject>): Promise<unknown> => {
    const question = (note: string) => inputRequired.elicit({ message: message + note, requestedSchema: schema });
    if (!answers.has(key)) return round.add(key, question(''));
    const answer = readElicitation(answers, key);
    if (answer === undefined) return askAgain(key, 'it is no answer to a form.', question);
    const checked = await schema.safeParseAsync(answer);
    return checked.success ? checked.data : askAgain(key, explainIssues(checked.error), question);
  };

  const askUrl = async (key: string, { message, url }: AskUrl): Promise<void> => {
    const question = (note: string) => inputRequired.elicitUrl({ message: message + note, url });
    if (!answers.has(key)) return round.add(key, question(''));
    if (readElicitation(answers, key) === undefined) return askAgain(key, 'it is no answer to a page.', question);
  };

  return {
    get hasPending() {
      return !round.isEmpty;
    },
    get missing() {
      return missing;
    },
    takeQuestions: () => round.finish(seal),
    can: (feature) => (feature === 'ask' ? clientCan('form') || clientCan('url') : clientCan(feature)),
    async ask(key, request) {
      checkKey(key);
      assertCan('schema' in request ? 'form' : 'url', request.flag);
      return 'schema' in request ? askForm(key, request) : askUrl(key, request);
    },
    async sample(key, request) {
      checkKey(key);
      assertCan('sample');
      const question = () => inputRequired.createMessage(toSamplingParams(request));
      if (!answers.has(key)) return round.add(key, question());
      return readSample(answers, key) ?? askAgain(key, 'it is no text of a model.', question);
    },
    async roots() {
      assertCan('roots');
      if (!answers.has(rootsKey)) return round.add(rootsKey, inputRequired.listRoots());
      return readRoots(answers) ?? askAgain(rootsKey, 'it is no list of roots.', () => inputRequired.listRoots());
    },
  };

  function assertCan(need: Need, flag?: string): void {
    if (clientCan(need)) return;
    const error = new AppError('DENIED', `This call ${needs[need]}, and the client cannot do that.`, {
      hint: flag === undefined ? 'Use a client that can.' : `An operator can start the server with ${flag}, so that it need not ask.`,
    });
    missing = { error, requiredCapabilities: capabilities[need] };
    throw error;
  }
}

const needs: Readonly<Record<Need, string>> = {
  form: 'has to ask the user',
  url: 'has to send the user to a page',
  sample: "has to ask the client's model",
  roots: "needs the client's roots",
};

const capabilities: Readonly<Record<Need, ClientCapabilities>> = {
  form: { elicitation: { form: {} } },
  url: { elicitation: { url: {} } },
  sample: { sampling: {} },
  roots: { roots: {} },
};

function checkKey(key: string): void {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(key)) throw new Error(`"${key}" is no key of a question: 1 to 64 of A-Z a-z 0-9 _ - .`);
}

/** The accepted content (empty for a page); undefined when it is an answer to something else. */
function readElicitation(answers: ReadonlyMap<string, unknown>, key: string): Record<string, unknown> | undefined {
  const view = inputResponse(Object.fromEntries(answers), key);
  if (view.kind !== 'elicit') return undefined;
  if (view.action === 'accept') return view.content ?? {};
  throw new AppError('DENIED', view.action === 'decline' ? 'The user declined.' : 'The user dismissed the question.', {
    hint: 'Do not try again unless the user asks for it.',
    details: { action: view.action },
  });
}

function readSample(answers: ReadonlyMap<string, unknown>, key: string): SampleReply | undefined {
  const view = inputResponse(Object.fromEntries(answers), key);
  if (view.kind !== 'sampling') return undefined;
  const { content, model, stopReason } = view.result;
  const parts = Array.isArray(content) ? content : [content];
  const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (typeof text !== 'string' || typeof model !== 'string') return undefined;
  return { text, model, ...(stopReason !== undefined && { stopReason }) };
}

function readRoots(answers: ReadonlyMap<string, unknown>): ClientRoot[] | undefined {
  const view = inputResponse(Object.fromEntries(answers), rootsKey);
  if (view.kind !== 'roots') return undefined;
  const known = view.roots.filter((root) => typeof root.uri === 'string' && URL.canParse(root.uri));
  return known.slice(0, maxRoots).map(({ uri, name }) => ({ uri, ...(typeof name === 'string' && { name }) }));
}

function toSamplingParams(request: SampleRequest): Parameters<typeof inputRequired.createMessage>[0] {
  const { messages, systemPrompt, maxTokens, temperature, stopSequences } = request;
  return {
    messages: messages.map(({ role, text }) => ({ role, content: { type: 'text', text } })),
    maxTokens,
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(temperature !== undefined && { temperature }),
    ...(stopSequences !== undefined && { stopSequences: [...stopSequences] }),
  };
}
