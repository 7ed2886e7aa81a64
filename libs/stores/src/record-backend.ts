/** What a store holds under a key. */
export interface StoredRecord {
  value: string;
  /** Unique for each write of any process, so that equal versions mean an unchanged record. No spaces. */
  version: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

/** A record to write. */
export interface NewRecord extends StoredRecord {
  /** After this many milliseconds the store may drop it as garbage. */
  keepMs: number;
}

/** One page asked of a backend. */
export interface ListOptions {
  limit: number;
  after: string | undefined;
  /** Records that expire at or before this are left out. */
  now: number;
}

/** The few primitives that a key store is built on; each is one atomic step of the store, and each rejects with an `AppError`. */
export interface RecordBackend {
  read(key: string): Promise<StoredRecord | undefined>;
  write(key: string, record: NewRecord): Promise<void>;
  /**
   * Replaces (or removes, when `next` is undefined) the record only while its version is `expected`, undefined meaning that there is
   * none, not even an expired one. Returns whether it did.
   */
  swap(key: string, expected: string | undefined, next: NewRecord | undefined): Promise<boolean>;
  /** Removes the record and returns when it expires or expired; undefined when there was none. */
  remove(key: string): Promise<number | undefined>;
  list(prefix: string, options: ListOptions): Promise<{ keys: string[]; next?: string }>;
  /** Removes a bounded batch of records that expired at or before `expiredAt` and returns how many. */
  prune(expiredAt: number): Promise<number>;
  close?(): void;
}
