import { AppError } from '@trellis-mcp/errors';
import type { Call } from '../call.ts';
import type { Asks } from '../ask/create-asks.ts';
import type { Task } from '../run/task.ts';
import type { SealScope } from '../seal/create-sealer.ts';
import { createProgress } from './create-progress.ts';
import { createTell } from './create-tell.ts';

/** Makes what a handler gets beside its arguments. What costs something is made when the handler reaches for it. */
export function createCall(task: Task): Call<unknown> {
  const { frame, peer, requestId, subject } = task;
  const { principal } = peer.connection;
  const asks = (): Asks => (task.asks ??= openAsks(task));
  const scope = (): SealScope => ({ principal, purpose: `${subject.kind} ${subject.name}` });
  let log: Call<unknown>['log'] | undefined;
  let tell: Call<unknown>['tell'] | undefined;
  const call = {
    deps: frame.deps,
    principal,
    requestId,
    get signal() {
      return task.stopper.signal;
    },
    get log() {
      return (log ??= frame.host.log.child({ requestId, name: subject.name }));
    },
    get tell() {
      return (tell ??= createTell(task));
    },
    progress: createProgress(task),
    can: (feature) => asks().can(feature),
    roots: () => asks().roots(),
    ask: (key: string, request: Parameters<Asks['ask']>[1]) => asks().ask(key, request),
    sample: (key, request) => asks().sample(key, request),
    seal: (value, { ttlMs }) => frame.sealer.seal(value, { ...scope(), ttlMs }),
    unseal: (token) => unseal(task, token, scope()),
    keep(bytes, options) {
      if (frame.keeper === undefined) throw new Error('call.keep needs `keeps: true` in defineServer');
      return frame.keeper.keep(bytes, { ...options, principal });
    },
  } satisfies Omit<Call<unknown>, 'ask'> & { ask: unknown };
  return call as Call<unknown>;
}

function openAsks({ openAsks: open }: Task): Asks {
  if (open === undefined) throw new Error('the ask step did not run');
  return open();
}

function unseal({ frame }: Task, token: string, scope: SealScope): unknown {
  const opened = frame.sealer.unseal(token, scope);
  if (opened !== undefined) return opened.value;
  throw new AppError('INVALID_INPUT', 'The cursor is not valid: it was changed, expired, or belongs to another call or caller.', {
    hint: 'Start again without it.',
  });
}
