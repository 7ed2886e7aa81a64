/** How long a value lives. */
export interface TtlOptions {
  /** Milliseconds from now; more than 0, at most {@link maxTtlMs}. */
  ttlMs: number;
}

/** The longest life of a value: ten years, in milliseconds. */
export const maxTtlMs = 10 * 365 * 86_400_000;

/** The longest key, in bytes of UTF-8. */
export const maxKeyBytes = 512;

/** Which page of keys {@link KeyStore.scan} gives. */
export interface ScanOptions {
  /** Most keys of a page; 1 to 10,000. */
  limit: number;
  /** `next` of the page before. */
  after?: string;
}

/** A page of keys. It may be shorter than its limit, even empty, while `next` says that there is more. */
export interface KeyPage {
  keys: string[];
  /** Opaque; absent on the last page. */
  next?: string;
}

/**
 * A small store of strings with a life, shared by every process that opened the same place.
 *
 * Expiry is judged by the clock the store was opened with, never by the store's own. `add` and `update` are atomic across processes.
 * Every method rejects with an `AppError`: `LIMIT` (key, value or store too large), `INVALID_INPUT` (empty or malformed key, value or
 * life), `UPSTREAM` (the store failed; whether a write took place is unknown), `CANCELLED` (closed).
 */
export interface KeyStore extends AsyncDisposable {
  /** Gives the value, or undefined when it is absent or expired. */
  get(key: string): Promise<string | undefined>;
  /** Writes, whatever was there. */
  set(key: string, value: string, options: TtlOptions): Promise<void>;
  /** Writes only when nothing lives there; of any number of callers at once exactly one gets true. */
  add(key: string, value: string, options: TtlOptions): Promise<boolean>;
  /**
   * Replaces the value by `change(current)` and returns it; undefined deletes. No write of another process in between is lost:
   * `change` runs again on the newer value, so it must have no side effects. Rejects with a retryable `CONFLICT` after 200 lost races.
   */
  update(key: string, change: (current: string | undefined) => string | undefined, options: TtlOptions): Promise<string | undefined>;
  /** Removes; true when something lived there. */
  delete(key: string): Promise<boolean>;
  /**
   * Lists living keys that start with exactly `prefix`. A key that is there during the whole scan is listed; on Redis it may be listed
   * on two pages, and pages are in no order; elsewhere keys are sorted and listed once.
   */
  scan(prefix: string, options: ScanOptions): Promise<KeyPage>;
  /** Removes a bounded batch of what expired, and returns how many. Writes do so by themselves now and then; Redis does it alone. */
  prune(): Promise<number>;
  /** Rejects later calls. The connection it was opened on stays open: whoever opened that closes it. */
  close(): Promise<void>;
}

/** What every {@link KeyStore} can be told. */
export interface KeyStoreOptions {
  /** The clock that judges expiry, in epoch milliseconds. Default `Date.now`. */
  now?: () => number;
  /** Largest value in bytes of UTF-8. Default 8 MiB. */
  maxValueBytes?: number;
  /** How long expired values are kept for processes whose clocks run late, in milliseconds. Default 60,000. */
  graceMs?: number;
}
