import type { RowSink } from '../sources/read-page.ts';
import { Query } from './driver.ts';
import { toColumns, type Field } from './to-columns.ts';
import { sync, writeRead } from './wire.ts';

/** One read of the cursor of a page, and what is sent in one piece with it. */
export interface CursorRead {
  /** Messages of statements to run first; their rows are ignored. */
  readonly before: readonly Buffer[];
  /** Rows to read at most, at least 1. */
  readonly count: number;
  /** What is sent after it: messages of statements, which do not wait for the rows to be taken, and a Sync. Default: the Sync. */
  readonly after?: Buffer | undefined;
}

/**
 * Reads the cursor as the portal that it is: rows are sent as they are found. FETCH would gather all of them first, on the server's disk if
 * need be. All leaves in one write and ends with one Sync: the first statement that fails has the rest skipped.
 */
export class PageQuery extends Query<(string | null)[]> {
  readonly #sink: RowSink;
  readonly #read = Promise.withResolvers<number>();
  readonly #done = Promise.withResolvers<boolean>();
  #count = 0;
  #place: 'before' | 'rows' | 'after' = 'before';
  #wantsMore = true;
  #isDone = false;

  constructor({ before, count, after = sync }: CursorRead, sink: RowSink) {
    super('');
    this.#sink = sink;
    this.submit = ({ stream }) => {
      stream.write(Buffer.concat([...before, ...writeRead(count), after]));
    };
  }

  /** How many rows came, once the read ended or the sink wants no more; rejects with what the first failing statement failed with. */
  get read(): Promise<number> {
    return this.#read.promise;
  }

  /** Whether the server is done with it, and all went well. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether all went well, once the server is done with it. Never rejects. */
  get done(): Promise<boolean> {
    return this.#done.promise;
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#place = 'rows';
    try {
      this.#sink.open(toColumns(fields));
    } catch (error) {
      this.#fail(error);
    }
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    if (this.#place !== 'rows' || !this.#wantsMore) {
      return;
    }
    try {
      this.#count += 1;
      if (!this.#sink.take(fields)) {
        this.#wantsMore = false;
        this.#read.resolve(this.#count);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  handleCommandComplete(): void {
    if (this.#place === 'rows') {
      this.handlePortalSuspended();
    }
  }

  /** The driver would read on; the cursor is left where it is. */
  handlePortalSuspended(): void {
    this.#place = 'after';
    this.#read.resolve(this.#count);
  }

  handleError(error: Error): void {
    this.#read.reject(error);
    this.#done.resolve(false);
  }

  handleReadyForQuery(): void {
    this.#isDone = true;
    this.#done.resolve(true);
  }

  /** An error of the sink must not reach the driver, whose state it would break. */
  #fail(error: unknown): void {
    this.#wantsMore = false;
    this.#read.reject(error);
  }
}
