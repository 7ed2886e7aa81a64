import type { AppError } from '@trellis-mcp/errors';
import { alarms } from '@trellis-mcp/lifecycle';
import type { PostgresLease } from '@trellis-mcp/stores';
import { addNotice } from '../sources/add-notice.ts';
import { toAppError } from '../sources/database-error.ts';
import type { WholeRow } from '../sources/raw-page.ts';
import type { RowSink } from '../sources/read-page.ts';
import { PageQuery, type CursorRead } from './page-query.ts';
import type { Statement } from './row-query.ts';
import { streamRows } from './stream-rows.ts';
import { translateFailure } from './translate-failure.ts';
import { watchConnection, type ConnectionWatch } from './watch-connection.ts';
import { sync, writeStep } from './wire.ts';

/** One snapshot for all statements; SERIALIZABLE, which a role may have as its default, does not work on a standby. */
export const beginBare = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';
/** For statements that go by themselves: the SELECT takes the snapshot, after which SET TRANSACTION READ WRITE comes too late. */
export const begin = `${beginBare}; SELECT 1`;

/** Rolls back, and leaves nothing of a call in the session. */
const scrub = [{ text: 'ROLLBACK' }, { text: 'DISCARD ALL' }] as const;
const scrubMessages = Buffer.concat([...scrub.map(writeStep), sync]);

/** From the end of a call to its connection being free, or cut. */
const maxScrubMs = 200;
/** How long what still runs may go on by itself: most has ended before a cancellation would arrive. */
const graceMs = 50;
/** How long a server has to take a request to stop: one that is busy takes it late, long after the connection was cut. */
const maxCancelMs = 1_000;
/** When a server is asked again to stop what a connection ran that was cut: a request that overtook the statement has stopped nothing. */
const insistMs = [100, 400, 1_500] as const;
/** What may still come after the end of a call, of rows that nobody wants. */
const maxRestBytes = 8_000_000;

/** One call's use of a connection. Statements are sent at once and answered in order. */
export class Session {
  readonly notices: string[] = [];
  readonly #lease: PostgresLease;
  readonly #watched: ConnectionWatch;
  #isOverfull = false;
  #cancelled: Promise<boolean> | undefined;
  #ending: Promise<void> | undefined;
  /** The read that the scrub was sent with. */
  #scrub: PageQuery | undefined;

  constructor(lease: PostgresLease) {
    this.#lease = lease;
    this.#watched = watchConnection(lease.client);
    this.#watched.user = { notify: (notice) => addNotice(this.notices, notice), onExcess: () => this.#cut() };
  }

  /** The connection was cut, for a row had more bytes than its sink had room. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  /** Sends our own SQL by the simple protocol. */
  async send(text: string): Promise<void> {
    this.#gather();
    await this.#lease.client.query(text);
  }

  /** Sends a statement whose rows go into the sink; see {@link streamRows}. */
  async stream(statement: Statement, sink: RowSink): Promise<number> {
    this.#gather();
    return streamRows(this.#lease.client, statement, this.#watch(sink));
  }

  /** Reads a cursor into the sink; see {@link PageQuery}. With `isLast` the session is scrubbed as soon as the rows are sent. */
  read({ before, count, isLast }: Omit<CursorRead, 'after'> & { readonly isLast: boolean }, sink: RowSink): Promise<number> {
    // No Flush in between: rows that go by themselves cost both sides a turn, which is more than the scrub takes.
    const query = new PageQuery({ before, count, after: isLast ? scrubMessages : undefined }, this.#watch(sink));
    if (isLast) {
      this.#scrub = query;
    }
    this.#lease.client.query(query);
    return query.read;
  }

  /** Asks the server to stop what runs. @returns Whether the server took the request. */
  async cancel(): Promise<boolean> {
    return (this.#cancelled ??= this.#lease.cancel(maxCancelMs));
  }

  /** The one error of what a statement of this session failed with. `prefix` stood before the caller's text. */
  translate(error: unknown, prefix?: string): AppError {
    return this.#isOverfull ? toAppError({ kind: 'row', maxBytes: this.#watched.bytes.allowed }) : translateFailure(error, prefix);
  }

  /**
   * Rolls back, leaves nothing of the call in the session, and gives the connection back; cuts it when that fails or takes long.
   * Never rejects; doing so twice is harmless.
   */
  end(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  async #end(): Promise<void> {
    const { bytes } = this.#watched;
    if (this.#scrub?.isDone === true && this.#cancelled === undefined) {
      this.#watched.user = undefined;
      bytes.allow(Infinity);
      this.#lease.release();
      return;
    }
    bytes.allow(maxRestBytes);
    this.#watched.user = { onExcess: () => this.#cut() };
    let isUndone = false;
    let callOff = alarms.set(graceMs, () => {
      if (!isUndone) {
        void this.cancel();
      }
      callOff = alarms.set(maxScrubMs - graceMs, () => this.close());
    });
    try {
      if ((await this.#scrub?.done) !== true) {
        await this.#undo(() => (isUndone = true));
      }
      const isTaken = this.#cancelled === undefined || (await this.#cancelled);
      bytes.allow(Infinity);
      // A request that comes late must not meet the next call.
      this.#lease.release(!isTaken);
    } catch {
      // Whatever it was, the session is not to be used again.
      bytes.allow(Infinity);
      this.#lease.release(true);
    } finally {
      callOff();
    }
  }

  /** Scrubs by statements of their own. `onUndone` is told once the transaction is over. */
  async #undo(onUndone: () => void): Promise<void> {
    this.#gather();
    const [undone, discarded] = scrub.map(async ({ text }) => this.#lease.client.query(text));
    await Promise.all([undone?.then(onUndone), discarded]);
  }

  /** Ends the session, and what no scrub takes away with it. What was to stop is not left to run without it. */
  close(): void {
    this.#lease.release(true);
    if (this.#cancelled === undefined) {
      return;
    }
    for (const afterMs of insistMs) {
      alarms.set(afterMs, () => void this.#lease.cancel(maxCancelMs));
    }
  }

  /** Lets as many bytes come as the sink has room for. */
  #watch(sink: RowSink): RowSink {
    const { bytes } = this.#watched;
    const take = (row: WholeRow): boolean => {
      const wantsMore = sink.take(row);
      bytes.allow(sink.room);
      return wantsMore;
    };
    bytes.allow(sink.room);
    return { room: sink.room, open: (columns) => sink.open(columns), take };
  }

  /** What is sent in one turn goes out as one piece. */
  #gather(): void {
    const { stream } = this.#lease.client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  #cut(): void {
    this.#isOverfull = true;
    this.close();
  }
}
