/** Remembers a bounded number of keys, most recent last. */
export class RecentKeys {
  readonly #keys = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Notes a key; returns the one that is forgotten for it, if any. */
  note(key: string): string | undefined {
    this.#keys.delete(key);
    this.#keys.add(key);
    if (this.#keys.size <= this.#max) return undefined;
    const [oldest] = this.#keys;
    if (oldest !== undefined) this.#keys.delete(oldest);
    return oldest;
  }
}
