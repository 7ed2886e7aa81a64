/** The right to load, held by one process. */
export interface FlightLease {
  release(): Promise<void>;
}

/** Lets one of several processes load a key, for a short while: a guard against stampedes, no mutual exclusion. */
export interface FlightLock {
  /** Longest time a lease is held, and others wait, in milliseconds. */
  readonly ttlMs: number;
  /** Takes the lease, or resolves to undefined while another process holds it. Rejects when the lock does not work. */
  acquire(namespace: string, key: string): Promise<FlightLease | undefined>;
}
