import type { Located } from '../roots/located.ts';
import { kindOf } from './file-kind.ts';
import { openPinned, type OpenPinnedOptions, type Pinned } from './open-pinned.ts';
import { refuseKind } from './refuse-kind.ts';
import { telling } from './translate-failure.ts';

/**
 * Pins a file or a folder, which may be unreadable; nothing else is as much as opened.
 *
 * @throws AppError `NOT_FOUND` for what is not there and for what is outside, `INVALID_INPUT` for another kind.
 */
export async function pinKind(located: Located, kind: 'directory' | 'file', options?: OpenPinnedOptions): Promise<Pinned> {
  const pinned = await telling(located, () => openPinned(located, options));
  const found = kindOf(pinned.stats);
  if (found === kind) return pinned;
  await pinned.pin.close();
  throw refuseKind(located, found);
}
