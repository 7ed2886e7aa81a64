/** The first items of any number of them, in order, without holding the others. */
export interface Smallest<Item> {
  readonly add: (item: Item) => void;
  /** In order. */
  list(): Item[];
}

/** Holds at most twice `count` items at any time. */
export function createSmallest<Item>(count: number, compare: (a: Item, b: Item) => number): Smallest<Item> {
  let held: Item[] = [];
  let last: Item | undefined;
  const settle = (): void => {
    held.sort(compare);
    held = held.slice(0, count);
    last = held.length === count ? held.at(-1) : undefined;
  };
  const wants = (item: Item): boolean => last === undefined || compare(item, last) < 0;
  return {
    add(item) {
      if (!wants(item)) return;
      held.push(item);
      if (held.length >= 2 * count) settle();
    },
    list() {
      settle();
      return held;
    },
  };
}
