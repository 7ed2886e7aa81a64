import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { hashArgs, readAskState, type AskState } from '../ask/ask-state.ts';
import { askScopeOf, askTtlMs } from '../ask/open-asks.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';

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
    if (token === undefined) return;
    return redeem(task, token).then((state) => {
      task.askState = state;
    });
  },
};

async function redeem(task: Task, token: unknown): Promise<AskState> {
  const { args, frame, subject } = task;
  const opened = typeof token === 'string' ? frame.sealer.unseal(token, askScopeOf(task)) : undefined;
  const state = readAskState(opened?.value);
  if (state === undefined || state.argsHash !== hashArgs(args)) throw refuse();
  if (subject.singleUse && !(await frame.host.keyStore.add(`ask:${state.id}`, '1', { ttlMs: askTtlMs }))) throw refuse();
  return state;
}

function refuse(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, refusal, { reason: 'invalid_request_state' });
}
