import type { Call } from '@trellis-mcp/server';
import { z } from 'zod';
import type { Deps } from '../deps.ts';

/** Accepting it is the answer. */
const nothing = z.object({});

/**
 * Asks the user before something is lost that nobody has looked at. Comes before everything that changes anything.
 *
 * @throws AppError `DENIED` when the user declines or cannot be asked.
 */
export async function confirm({ ask, deps }: Pick<Call<Deps>, 'ask' | 'deps'>, message: string): Promise<void> {
  if (deps.limits.confirm) await ask('confirm', { message, schema: nothing, flag: '--no-confirm' });
}
