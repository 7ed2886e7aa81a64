/**
 * What runs now; most of it not for long. A Set would do, but V8 keeps what leaves one: each time a Set makes room it leaves its old table behind,
 * which leads to the new one, and once one of them is old, all that ever stood in those after it stays until everything is collected.
 */
export class Running<Item extends object> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  /** @returns What takes it out again; does nothing the second time. */
  add(item: Item): () => void {
    const place = this.#free.pop() ?? this.#items.length;
    this.#items[place] = item;
    return () => {
      if (this.#items[place] !== item) return;
      this.#items[place] = undefined;
      this.#free.push(place);
    };
  }

  /** Items may be taken out meanwhile. */
  *[Symbol.iterator](): Generator<Item> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
