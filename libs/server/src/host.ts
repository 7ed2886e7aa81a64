import type { Health } from '@trellis-mcp/health';
import type { Lifecycle } from '@trellis-mcp/lifecycle';
import type { Logger } from '@trellis-mcp/logging';
import type { KeyStore, RedisConnection, SqliteConnection } from '@trellis-mcp/stores';
import type { CommonConfig } from './common-settings.ts';
import type { EventHub } from './events/open-events.ts';

/** What a transport needs of a server process: settings, log, clock, life and health. */
export interface ProcessHost {
  /** Name and version of the server, as clients see them. */
  readonly name: string;
  readonly version: string;
  readonly config: CommonConfig;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly lifecycle: Lifecycle;
  readonly health: Health;
  /** Hears which resources clients listen for. Default: nobody does. */
  readonly events?: Pick<EventHub, 'hold'>;
}

/** What a server process opened once, before its dependencies. */
export interface Host extends ProcessHost {
  /** Present with `--redis-url`. */
  readonly redis?: RedisConnection;
  /** Present with `--cache-path`: a file whose rows may be lost. It holds the key store, too, when there is no Redis. */
  readonly sqlite?: SqliteConnection;
  /** Redis with `--redis-url`, else SQLite with `--cache-path`, else memory. */
  readonly keyStore: KeyStore;
  /** Where kept bodies go, which may be dropped when there are too many. Default: `keyStore`. */
  readonly bodyStore?: KeyStore;
  /** Tells clients what changed; over Redis with `--redis-url`. */
  readonly events: EventHub;
}
