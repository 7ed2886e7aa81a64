import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { hashArgs, newAskState, readAskState, type AskState } from '../ask/ask-state.ts';
import { clientCan } from '../ask/client-features.ts';
import { createAsks, type Asks } from '../ask/create-asks.ts';
import type { SealScope } from '../seal/create-sealer.ts';
import type { Step } from './step.ts';
import type { Peer, Task } from './task.ts';

/** How long a question waits for its answer. */
const askTtlMs = 30 * 60_000;

const refusal =
  'The request state is not valid for this call: it was changed, expired, used before, or made for another call or caller. ' +
  'Call again without it to be asked anew.';

/**
 * Judges the answers that came with a request: the state must be ours, of this principal, handler and arguments, not expired, and for a
 * `singleUse` tool not redeemed before. Whatever is wrong, the answer is one and the same -32602.
 *
 * A modern client may answer questions it knows without a state; never those of a `singleUse` tool.
 */
export const ask: Step<Task> = {
  name: 'ask',
  apply(task) {
    const token = task.ctx.mcpReq.requestState();
    if (token === undefined) {
      task.openAsks = () => openAsks(task, newAskState(task.args), { isStateless: true });
      return;
    }
    return redeem(task, token).then((state) => {
      task.openAsks = () => openAsks(task, state, { isStateless: false });
    });
  },
};

function openAsks(task: Task, state: AskState, { isStateless }: { isStateless: boolean }): Asks {
  const { ctx, frame, peer, subject } = task;
  const isAskable = subject.kind !== 'list' && subject.kind !== 'completion';
  return createAsks({
    state,
    answers: collectAnswers(task, state, isStateless),
    seal: (next) => frame.sealer.seal(next, { ...scopeOf(task), ttlMs: askTtlMs }),
    clientCan: (need) => isAskable && clientCan(need, peer, ctx),
    hint: hintOf(peer),
  });
}

/** Over stateless HTTP a client of an older era cannot be asked, whatever it is able to do. */
function hintOf({ connection }: Peer): string {
  return connection.era === 'legacy' && connection.transport === 'http'
    ? 'An operator can start the server with --legacy-sessions, or use a client of protocol 2026-07-28.'
    : 'Use a client that can.';
}

function scopeOf({ peer, subject }: Task): SealScope {
  return { principal: peer.connection.principal, purpose: `ask ${subject.kind} ${subject.name}` };
}

async function redeem(task: Task, token: unknown): Promise<AskState> {
  const { args, frame, subject } = task;
  const opened = typeof token === 'string' ? frame.sealer.unseal(token, scopeOf(task)) : undefined;
  const state = readAskState(opened?.value);
  if (state === undefined || state.argsHash !== hashArgs(args)) throw refuse();
  if (subject.singleUse && !(await frame.host.keyStore.add(`ask:${state.id}`, '1', { ttlMs: askTtlMs }))) throw refuse();
  return state;
}

function collectAnswers({ ctx, peer, subject }: Task, state: AskState, isStateless: boolean): Map<string, unknown> {
  const answers = new Map<string, unknown>();
  const given = ctx.mcpReq.inputResponses;
  if (given !== undefined && (!isStateless || (peer.connection.era === 'modern' && !subject.singleUse))) {
    for (const [key, answer] of Object.entries(given)) if (isStateless || state.asked.includes(key)) answers.set(key, answer);
  }
  for (const [key, answer] of Object.entries(state.answers)) answers.set(key, answer);
  return answers;
}

function refuse(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, refusal, { reason: 'invalid_request_state' });
}
