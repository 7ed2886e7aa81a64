import { everything } from './cache-tier.ts';

/** Remembers what was invalidated in this process and in which order, so that what began before it is not kept after it. */
export interface RecentInvalidations {
  /** Where the order stands now. */
  moment(): number;
  add(names: readonly string[]): void;
  /** Whether one of the names was invalidated after `moment`; also true when that is too long ago to say. */
  hasAny(moment: number, names: readonly string[]): boolean;
}

const maxNames = 10_000;

/** Makes a memory of the last 10,000 names. */
export function createRecentInvalidations(): RecentInvalidations {
  const moments = new Map<string, number>();
  let last = 0;
  let forgottenUpTo = 0;
  const forgetOldest = (): void => {
    for (const [name, moment] of moments) {
      moments.delete(name);
      forgottenUpTo = moment;
      return;
    }
  };
  return {
    moment: () => last,
    add(names) {
      for (const name of names) {
        last += 1;
        if (name === everything) forgottenUpTo = last;
        // Deleted first, so that the map stays in the order of the moments.
        moments.delete(name);
        moments.set(name, last);
        if (moments.size > maxNames) forgetOldest();
      }
    },
    hasAny: (moment, names) => forgottenUpTo > moment || (last > moment && names.some((name) => (moments.get(name) ?? 0) > moment)),
  };
}
