import {
  isInputRequiredResult,
  type CallToolResult,
  type InputRequest,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';

type Result = CallToolResult | InputRequiredResult;

/** How {@link askModel} goes on. */
export interface AskModelOptions {
  /** Runs the handler again. */
  readonly run: (ctx: ServerContext) => Promise<Result>;
  /** Longest wait for the model, in milliseconds. Default 45,000: below the minute after which most clients of these eras give a call up. */
  readonly maxWaitMs?: number;
}

/** What stands for the answer of a model that gave none; `readSample` makes `DENIED` of it. */
const refused = { action: 'decline' } as const;

/**
 * Asks the model of a 2025-era client what a run left open, and runs the handler again. A client that refuses, fails or takes too
 * long is an answer, too: the SDK would fail the whole call. Questions to the user are left to the SDK.
 */
export async function askModel(first: Result, ctx: ServerContext, { run, maxWaitMs = 45_000 }: AskModelOptions): Promise<Result> {
  let result = first;
  // Ends at the latest with the rounds that a call may ask.
  for (;;) {
    if (!isInputRequiredResult(result)) return result;
    const { inputRequests = {}, requestState } = result;
    const questions = Object.entries(inputRequests);
    const isForModel = questions.length > 0 && questions.every(([, { method }]) => method === 'sampling/createMessage');
    if (!isForModel || requestState === undefined) return result;
    const answers = questions.map(async ([key, question]) => [key, await sample(ctx, question, maxWaitMs)] as const);
    const inputResponses = Object.fromEntries(await Promise.all(answers));
    const mcpReq = { ...ctx.mcpReq, inputResponses, requestState: <T>() => requestState as T };
    result = await run({ ...ctx, mcpReq });
  }
}

async function sample({ mcpReq }: ServerContext, { method, params }: InputRequest, maxWaitMs: number): Promise<unknown> {
  if (method !== 'sampling/createMessage') return refused;
  try {
    // Older eras have no other way.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return await mcpReq.requestSampling(params, { relatedRequestId: mcpReq.id, timeout: maxWaitMs, signal: mcpReq.signal });
  } catch (error) {
    if (mcpReq.signal.aborted) throw error;
    return refused;
  }
}
