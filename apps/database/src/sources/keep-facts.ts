/** What a database was found to hold, kept for some time. */
export interface KeptFacts<Facts> {
  /** What is known and young enough to be used as it is; asking loads nothing. */
  readonly known: Facts | undefined;
  /** What is known, loaded on first use. Facts that grew old are loaded anew in the background, very old ones before the answer. */
  get(): Promise<Facts>;
  /** For a name that is not known, which may be newer: loads anew, unless that was done a short while ago. */
  refresh(): Promise<Facts>;
}

/** Options of {@link keepFacts}. */
export interface KeepFactsOptions<Facts> {
  readonly load: () => Promise<Facts>;
  /** Clock in milliseconds. Default: that of the process. */
  readonly now?: () => number;
  /** From when on they are loaded anew in the background; at twice this age a caller waits for it. Default: 300,000. */
  readonly maxAgeMs?: number;
  /** Shortest time between two loads. Default: 10,000. */
  readonly minPauseMs?: number;
}

/** Keeps facts of a database. Nothing is loaded twice at once; a first load that failed is tried again by the next caller. */
export function keepFacts<Facts>(options: KeepFactsOptions<Facts>): KeptFacts<Facts> {
  return new Keeper(options);
}

class Keeper<Facts> implements KeptFacts<Facts> {
  readonly #options: Required<KeepFactsOptions<Facts>>;
  #kept: { readonly facts: Facts; readonly loadedAt: number } | undefined;
  #loading: Promise<Facts> | undefined;
  #triedAt = -Infinity;

  constructor({ load, now = () => performance.now(), maxAgeMs = 300_000, minPauseMs = 10_000 }: KeepFactsOptions<Facts>) {
    this.#options = { load, now, maxAgeMs, minPauseMs };
  }

  get known(): Facts | undefined {
    const { now, maxAgeMs } = this.#options;
    const kept = this.#kept;
    return kept !== undefined && now() - kept.loadedAt < maxAgeMs ? kept.facts : undefined;
  }

  async get(): Promise<Facts> {
    const { now, maxAgeMs } = this.#options;
    const kept = this.#kept;
    const age = kept === undefined ? Infinity : now() - kept.loadedAt;
    if (kept === undefined || age >= 2 * maxAgeMs) {
      return this.#load();
    }
    if (age >= maxAgeMs && this.#mayLoad()) {
      // What is kept stays good when this fails; the next caller tries again.
      this.#load().catch(() => undefined);
    }
    return kept.facts;
  }

  async refresh(): Promise<Facts> {
    return this.#kept !== undefined && this.#loading === undefined && !this.#mayLoad() ? this.#kept.facts : this.#load();
  }

  #mayLoad(): boolean {
    const { now, minPauseMs } = this.#options;
    return now() - this.#triedAt >= minPauseMs;
  }

  async #load(): Promise<Facts> {
    return (this.#loading ??= this.#loadNow());
  }

  async #loadNow(): Promise<Facts> {
    const { load, now } = this.#options;
    const loadedAt = now();
    this.#triedAt = loadedAt;
    try {
      const facts = await load();
      this.#kept = { facts, loadedAt };
      return facts;
    } finally {
      this.#loading = undefined;
    }
  }
}
