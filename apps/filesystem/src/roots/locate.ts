import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import type { Located } from './located.ts';
import { narrow, type Narrowing } from './narrowing.ts';

/** What {@link locate} needs of a call; pass the call on whole. */
type RootsCall = Pick<Call<Deps>, 'can' | 'deps' | 'roots'>;

/** One question to the client for each call. */
const narrowings = new WeakMap<RootsCall, Promise<Narrowing | undefined>>();

/**
 * A caller's path within the roots that both the operator and the client name. The only way for a handler from a text to a file.
 *
 * @throws AppError `INVALID_INPUT`, `DENIED` or `NOT_FOUND`, see `locatePath`.
 */
export async function locate(call: RootsCall, path: string): Promise<Located> {
  return call.deps.roots.locate(path, await narrowingOf(call));
}

/** What the client's roots leave of the configured ones; nothing where it has none, or offers an empty list. Asked once for each call. */
export async function narrowingOf(call: RootsCall): Promise<Narrowing | undefined> {
  const { roots, limits } = call.deps;
  if (!limits.clientRoots || !call.can('roots')) return undefined;
  const known = narrowings.get(call);
  if (known !== undefined) return known;
  const asked = call.roots().then((offered) => (offered.length === 0 ? undefined : narrow(roots.list(), offered)));
  narrowings.set(call, asked);
  return asked;
}
