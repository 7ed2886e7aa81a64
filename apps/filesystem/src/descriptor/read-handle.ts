import { close, read } from 'node:fs';
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

  constructor(fd: number) {
    this.#fd = fd;
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
    await closeDescriptor(fd);
  }
}

const closeDescriptor = promisify(close);
