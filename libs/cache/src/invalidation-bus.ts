import type { AppError } from '@trellis-mcp/errors';

/** What a cache gives to its bus. */
export interface BusListener {
  /** Forgets names in memory, at once: another cache invalidated them. */
  drop(names: readonly string[]): void;
  /** Invalidates the same names in the tiers that other caches do not reach. */
  apply(names: readonly string[]): Promise<void>;
  /** What others invalidated before now can no longer be known: all that may be stale must go. */
  lose(): Promise<void>;
  /** Keeps the place in the log up to which all was applied. */
  keepPosition(position: string): Promise<void>;
  /** The place kept by an earlier process; undefined when there is none. */
  keptPosition(): Promise<string | undefined>;
  /** Told of failures of the bus itself. */
  onError(error: AppError): void;
}

/** A cache's place on a bus. */
export interface BusConnection {
  /** Resolves once what was missed before the start is applied, or cannot be reached for now. */
  readonly ready: Promise<void>;
  /** The place in the log up to which everything was applied here; undefined while that is not known. */
  position(): string | undefined;
  /** Tells all others; rejects when it may not have reached the log. */
  publish(names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Tells the caches of other processes what was invalidated, also those that were away for a while. */
export interface InvalidationBus {
  open(namespace: string, listener: BusListener): BusConnection;
}
