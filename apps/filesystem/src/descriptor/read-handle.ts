import { close, closeSync, fstatSync, read, type Stats } from 'node:fs';
import { promisify } from 'node:util';

/** Where bytes go, and which. */
type ReadRequest<Target> = [buffer: Target, offset: number, length: number, position: number];

/** What `FileHandle.read` resolves to. */
interface ReadAnswer<Target> {
  readonly bytesRead: number;
  readonly buffer: Target;
}

/** A regular file, open to be read; what a `FileHandle` has of it. */
export interface ReadHandle {
  /** -1 once it is closed. */
  readonly fd: number;
  read<Target extends NodeJS.ArrayBufferView>(...request: ReadRequest<Target>): Promise<ReadAnswer<Target>>;
  /** Does nothing the second time. Nothing may be read meanwhile. */
  close(): Promise<void>;
}

/** An open descriptor, as a {@link ReadHandle}. A `FileHandle` would cost a small file as much again as opening it. */
export class DescriptorHandle implements ReadHandle {
  #fd: number;
  readonly #isQuick: boolean;

  /** @param isQuick Whether it is on a quick disk, see `isOnQuickDisk`. */
  constructor(fd: number, isQuick: boolean) {
    this.#fd = fd;
    this.#isQuick = isQuick;
  }

  get fd(): number {
    return this.#fd;
  }

  async read<Target extends NodeJS.ArrayBufferView>(...request: ReadRequest<Target>): Promise<ReadAnswer<Target>> {
    return new Promise((resolve, reject) => {
      const [buffer, offset, length, position] = request;
      read(this.#fd, buffer, offset, length, position, (error, bytesRead) => {
        if (error === null) resolve({ bytesRead, buffer });
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    const fd = this.#fd;
    if (fd === -1) return;
    // From now on the number may be that of another file.
    this.#fd = -1;
    if (this.#isQuick && isAtRest(lookAt(fd), Date.now())) closeNow(fd);
    else await closeLater(fd);
  }
}

const maxQuickBytes = 1_048_576;
const restMs = 10_000;

/**
 * Whether closing a file of a quick disk leaves no work behind. The last who closes a file without a name frees its blocks, and who closes one
 * that another program just rewrites may be the one who sends it to the disk.
 */
export function isAtRest({ nlink, size, ctimeMs }: Pick<Stats, 'ctimeMs' | 'nlink' | 'size'>, now: number): boolean {
  return nlink > 0 && size <= maxQuickBytes && now - ctimeMs >= restMs;
}

function lookAt(fd: number): Stats {
  // eslint-disable-next-line trellis/no-sync-calls -- a quick disk knows it of what is open
  return fstatSync(fd);
}

function closeNow(fd: number): void {
  // eslint-disable-next-line trellis/no-sync-calls -- see above; a turn of a thread costs ten times as much
  closeSync(fd);
}

const closeLater = promisify(close);
