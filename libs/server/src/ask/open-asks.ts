import type { ClientFeature } from '../call.ts';
import type { Peer, Task } from '../run/task.ts';
import type { SealScope } from '../seal/create-sealer.ts';
import { newAskState, type AskState } from './ask-state.ts';
import { clientCan, type Need } from './client-features.ts';
import { createAsks, type Asks } from './create-asks.ts';

/** How long a question waits for its answer. */
export const askTtlMs = 30 * 60_000;

/** Makes the answers and questions of one run, on top of the state that the request brought. */
export function openAsks(task: Task): Asks {
  const { frame, peer, askState: state = newAskState(task.args) } = task;
  return createAsks({
    state,
    answers: collectAnswers(task, state),
    seal: (next) => frame.sealer.seal(next, { ...askScopeOf(task), ttlMs: askTtlMs }),
    clientCan: (need) => canBeAsked(task, need),
    hint: hintOf(peer),
  });
}

/** Whether the client can do something for this task. */
export function clientCanFor(task: Task, feature: ClientFeature): boolean {
  return feature === 'ask' ? canBeAsked(task, 'form') || canBeAsked(task, 'url') : canBeAsked(task, feature);
}

function canBeAsked({ ctx, peer, subject }: Task, need: Need): boolean {
  return subject.kind !== 'list' && subject.kind !== 'completion' && clientCan(need, peer, ctx);
}

/** To whom and what the state of a task's questions is bound. */
export function askScopeOf({ peer, subject }: Task): SealScope {
  return { principal: peer.connection.principal, purpose: `ask ${subject.kind} ${subject.name}` };
}

/** Over stateless HTTP a client of an older era cannot be asked, whatever it is able to do. */
function hintOf({ connection }: Peer): string {
  return connection.era === 'legacy' && connection.transport === 'http'
    ? 'An operator can start the server with --legacy-sessions, or use a client of protocol 2026-07-28.'
    : 'Use a client that can.';
}

function collectAnswers({ askState, ctx, peer, subject }: Task, state: AskState): Map<string, unknown> {
  const answers = new Map<string, unknown>();
  const isStateless = askState === undefined;
  const given = ctx.mcpReq.inputResponses;
  if (given !== undefined && (!isStateless || (peer.connection.era === 'modern' && !subject.singleUse))) {
    for (const [key, answer] of Object.entries(given)) if (isStateless || state.asked.includes(key)) answers.set(key, answer);
  }
  for (const [key, answer] of Object.entries(state.answers)) answers.set(key, answer);
  return answers;
}
