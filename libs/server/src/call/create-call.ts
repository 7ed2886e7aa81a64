import { AppError } from '@trellis-mcp/errors';
import type { Asks } from '../ask/create-asks.ts';
import { clientCanFor, openAsks } from '../ask/open-asks.ts';
import type { Call } from '../call.ts';
import type { Principal } from '../principal.ts';
import type { Task } from '../run/task.ts';
import type { SealScope } from '../seal/create-sealer.ts';
import { createProgress } from './create-progress.ts';
import { createTell } from './create-tell.ts';

/** Makes what a handler gets beside its arguments. What costs something is made when the handler reaches for it. */
export function createCall(task: Task): Call<unknown> {
  return new RunningCall(task);
}

/** Members are getters of the prototype: accessors in an object literal cost more than the rest of a small call. */
class RunningCall implements Call<unknown> {
  readonly deps: unknown;
  readonly principal: Principal;
  readonly requestId: string;
  readonly progress: Call<unknown>['progress'];
  readonly #task: Task;
  #log: Call<unknown>['log'] | undefined;
  #tell: Call<unknown>['tell'] | undefined;

  constructor(task: Task) {
    this.deps = task.frame.deps;
    this.principal = task.peer.connection.principal;
    this.requestId = task.requestId;
    this.progress = createProgress(task);
    this.#task = task;
  }

  get signal(): AbortSignal {
    return this.#task.stopper.signal;
  }

  get log(): Call<unknown>['log'] {
    const { frame, requestId, subject } = this.#task;
    return (this.#log ??= frame.host.log.child({ requestId, name: subject.name }));
  }

  get tell(): Call<unknown>['tell'] {
    return (this.#tell ??= createTell(this.#task));
  }

  get can(): Call<unknown>['can'] {
    return (feature) => clientCanFor(this.#task, feature);
  }

  get roots(): Call<unknown>['roots'] {
    return () => asksOf(this.#task).roots();
  }

  get ask(): Call<unknown>['ask'] {
    const ask: Asks['ask'] = (key, request) => asksOf(this.#task).ask(key, request);
    // One function for both overloads: which content a question has is known from its schema.
    return ask as Call<unknown>['ask'];
  }

  get sample(): Call<unknown>['sample'] {
    return (key, request) => asksOf(this.#task).sample(key, request);
  }

  get seal(): Call<unknown>['seal'] {
    return (value, { ttlMs }) => this.#task.frame.sealer.seal(value, { ...scopeOf(this.#task), ttlMs });
  }

  get unseal(): Call<unknown>['unseal'] {
    return (token) => unseal(this.#task, token);
  }

  get keep(): Call<unknown>['keep'] {
    return (bytes, options) => this.#task.frame.keeper.keep(bytes, { ...options, principal: this.principal });
  }
}

/** Answers and questions of the run, made once. */
function asksOf(task: Task): Asks {
  return (task.asks ??= openAsks(task));
}

function scopeOf({ peer, subject }: Task): SealScope {
  return { principal: peer.connection.principal, purpose: `${subject.kind} ${subject.name}` };
}

function unseal(task: Task, token: string): unknown {
  const opened = task.frame.sealer.unseal(token, scopeOf(task));
  if (opened !== undefined) return opened.value;
  throw new AppError('INVALID_INPUT', 'The cursor is not valid: it was changed, expired, or belongs to another call or caller.', {
    hint: 'Start again without it.',
  });
}
