/** Counts of one kind, name and outcome. */
export interface CallTally {
  readonly kind: string;
  readonly name: string;
  readonly outcome: string;
  count: number;
  bytes: number;
}

/** Durations of one kind and name: how many ended within each bound (not cumulative; the last counts the rest), their number and sum. */
export interface DurationTally {
  readonly kind: string;
  readonly name: string;
  readonly buckets: number[];
  count: number;
  sumSeconds: number;
}

/** Upper bounds of the duration histogram, in seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

/** One finished call. */
export interface FinishedCall {
  /** `tool`, `resource`, `prompt`, ...; an unknown one counts as `other`. */
  readonly kind: string;
  /** A registered name; any other counts as `other`. */
  readonly name: string;
  readonly outcome: string;
  readonly durationMs: number;
  /** Default: 0. */
  readonly bytes?: number;
}

const other = 'other';
const maxKinds = 16;
const maxNames = 1_000;
const maxLabels = 64;

/** Plain counters of calls: a few map look-ups a call, and as many series as there are registered names, whatever clients send. */
export class CallTallies {
  readonly #names = new Map<string, Set<string>>();
  readonly #calls = new Map<string, Map<string, Map<string, CallTally>>>();
  readonly #durations = new Map<string, Map<string, DurationTally>>();
  readonly #started = new Map<string, number>();
  #active = 0;
  readonly #rejected = new Map<string, number>();

  /** Lets `names` of `kind` have series of their own; at most 1,000 names of 16 kinds, the rest stays `other`. */
  register(kind: string, names: readonly string[]): void {
    const known = this.#names.get(kind) ?? new Set<string>();
    if (this.#names.size >= maxKinds && !this.#names.has(kind)) return;
    this.#names.set(kind, known);
    for (const name of names) if (known.size < maxNames) known.add(name);
  }

  start(kind: string): void {
    const known = this.#names.has(kind) ? kind : other;
    this.#started.set(known, (this.#started.get(known) ?? 0) + 1);
    this.#active += 1;
  }

  finish({ kind, name, outcome, durationMs, bytes = 0 }: FinishedCall): void {
    if (this.#active > 0) this.#active -= 1;
    const names = this.#names.get(kind);
    const knownKind = names === undefined ? other : kind;
    const knownName = names?.has(name) === true ? name : other;
    const tally = this.#findCall(knownKind, knownName, outcome);
    tally.count += 1;
    tally.bytes += bytes;
    observe(this.#findDuration(knownKind, knownName), durationMs / 1_000);
  }

  /** Counts a request that was turned away before it became a call: `host`, `origin`, `auth`, `body`, `rate`, ... */
  reject(reason: string): void {
    const known = this.#rejected.has(reason) || this.#rejected.size < maxLabels ? reason : other;
    this.#rejected.set(known, (this.#rejected.get(known) ?? 0) + 1);
  }

  /** Calls that were started and have not finished. */
  get active(): number {
    return this.#active;
  }

  get calls(): CallTally[] {
    return [...this.#calls.values()].flatMap((names) => [...names.values()].flatMap((outcomes) => [...outcomes.values()]));
  }

  get durations(): DurationTally[] {
    return [...this.#durations.values()].flatMap((names) => [...names.values()]);
  }

  get started(): ReadonlyMap<string, number> {
    return this.#started;
  }

  get rejected(): ReadonlyMap<string, number> {
    return this.#rejected;
  }

  #findCall(kind: string, name: string, outcome: string): CallTally {
    const outcomes = child(child(this.#calls, kind), name);
    const known = outcomes.has(outcome) || outcomes.size < maxLabels ? outcome : other;
    let tally = outcomes.get(known);
    if (tally === undefined) outcomes.set(known, (tally = { kind, name, outcome: known, count: 0, bytes: 0 }));
    return tally;
  }

  #findDuration(kind: string, name: string): DurationTally {
    const names = child(this.#durations, kind);
    let tally = names.get(name);
    if (tally === undefined) {
      names.set(name, (tally = { kind, name, buckets: Array<number>(durationBounds.length + 1).fill(0), count: 0, sumSeconds: 0 }));
    }
    return tally;
  }
}

function child<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = new Map<string, V>()));
  return found;
}

function observe(tally: DurationTally, seconds: number): void {
  // A clock that went back or a missing time must not poison the sum.
  const value = seconds > 0 ? seconds : 0;
  const index = durationBounds.findIndex((bound) => value <= bound);
  const slot = index === -1 ? durationBounds.length : index;
  tally.buckets[slot] = (tally.buckets[slot] ?? 0) + 1;
  tally.count += 1;
  tally.sumSeconds += value;
}
