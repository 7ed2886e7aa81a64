import { createHash } from 'node:crypto';
import type { WholeRow } from './raw-page.ts';

/** Characters that are encoded at once: a value may have a hundred million. */
const chunk = 65_536;

/** A digest of whole values that no two different rows share; `null` differs from every text. */
export function digestRow(row: WholeRow): string {
  const hash = createHash('sha256');
  for (const value of row) {
    hash.update(value === null ? '-;' : `${String(value.length)};`);
    for (let at = 0; value !== null && at < value.length; at += chunk) {
      // Not as UTF-8, in which both halves of a pair that the chunks part would be the same character.
      hash.update(value.slice(at, at + chunk), 'utf16le');
    }
  }
  return hash.digest('base64url').slice(0, 22);
}
