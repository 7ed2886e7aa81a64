import { missingScopes, type Principal } from '../principal.ts';
import type { Subject } from '../run/task.ts';

/** An entry of a catalog, as far as visibility goes. */
export interface Scoped<Item> {
  readonly subject: Subject;
  readonly item: Item;
}

/** Makes a function that lists what a principal's scopes allow, or everything with `--list-all`; where nothing restricts, everybody gets the same frozen list. */
export function createVisibleList<Item>(
  entries: Iterable<Scoped<Item>>,
  { listAll = false }: { readonly listAll?: boolean | undefined } = {},
): (principal: Principal) => readonly Item[] {
  const all = [...entries];
  const items = Object.freeze(all.map((entry) => entry.item));
  const isOpen = listAll || all.every((entry) => entry.subject.scopes.length === 0);
  return (principal) => {
    if (isOpen || principal.scopes === 'all') return items;
    return all.filter((entry) => missingScopes(principal, entry.subject.scopes).length === 0).map((entry) => entry.item);
  };
}
