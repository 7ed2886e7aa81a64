import { type BigIntStats, closeSync, fstat, open as openWithCallback } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Root } from '../roots/root.ts';
import { byName, careful, pathOf } from './open-flags.ts';
import { DescriptorHandle, type ReadHandle } from './read-handle.ts';

/** What a path led to, open enough to ask where and what that is. */
export interface Pin {
  /** -1 once it is closed. */
  readonly fd: number;
  stat(): Promise<BigIntStats>;
  /** Opens that very thing, which is a file, and closes the pin. */
  openFile(): Promise<ReadHandle>;
  /** Opens that very thing, which is a folder, and closes the pin. */
  openFolder(): Promise<FileHandle>;
  /** Does nothing the second time. */
  close(): Promise<void>;
}

/** How {@link openPin} opens. */
export interface PinOptions {
  readonly root: Pick<Root, 'guarantee'>;
  /** `O_DIRECTORY`, `O_NOFOLLOW`. */
  readonly flags: number;
}

const openDescriptor = promisify(openWithCallback);

/** Pins what a path leads to. The path is used this once. */
export async function openPin(path: string, { root, flags }: PinOptions): Promise<Pin> {
  if (root.guarantee === 'best-effort') return new HandlePin(await open(path, careful | flags));
  return new DescriptorPin(await openDescriptor(path, byName | flags));
}

/** Costs half of what a `FileHandle` would. A class: V8 keeps what getters of an object literal can reach until it collects everything. */
class DescriptorPin implements Pin {
  #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd;
  }

  async stat(): Promise<BigIntStats> {
    return new Promise((resolve, reject) => {
      fstat(this.#fd, { bigint: true }, (error, stats) => {
        if (error === null) resolve(stats);
        else reject(error);
      });
    });
  }

  async openFile(): Promise<ReadHandle> {
    try {
      return new DescriptorHandle(await openDescriptor(pathOf(this), careful));
    } finally {
      await this.close();
    }
  }

  async openFolder(): Promise<FileHandle> {
    try {
      return await open(pathOf(this), careful);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const fd = this.#fd;
    if (fd === -1) return;
    // From now on the number may be that of another file.
    this.#fd = -1;
    // eslint-disable-next-line trellis/no-sync-calls -- nothing was opened by it, so that no disk is waited for
    closeSync(fd);
  }
}

/** Elsewhere there is nothing less than to open it. */
class HandlePin implements Pin {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  get fd(): number {
    return this.#handle.fd;
  }

  async stat(): Promise<BigIntStats> {
    return this.#handle.stat({ bigint: true });
  }

  async openFile(): Promise<ReadHandle> {
    return this.#handle;
  }

  async openFolder(): Promise<FileHandle> {
    return this.#handle;
  }

  async close(): Promise<void> {
    return this.#handle.close();
  }
}
