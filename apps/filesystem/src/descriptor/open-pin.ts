import { type BigIntStats, closeSync, constants, fstat, open as openWithCallback } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Guarantee } from '../roots/root.ts';

/** What a path led to, open enough to ask where and what that is. */
export interface Pin {
  /** -1 once it is closed. */
  readonly fd: number;
  stat(): Promise<BigIntStats>;
  /** Opens that very thing, which is a file or a folder, and closes the pin. */
  openToRead(): Promise<FileHandle>;
  /** Does nothing the second time. */
  close(): Promise<void>;
}

/** How {@link openPin} opens. */
export interface PinOptions {
  readonly guarantee: Guarantee;
  /** `O_DIRECTORY`, `O_NOFOLLOW`. */
  readonly flags: number;
}

/** Linux: gives a descriptor without opening what it stands for, so that nobody outside notices and nothing waits. Node has no name for it. */
const byName = 0o10_000_000;

/** Never waits for the other end of a FIFO or a terminal, and takes no terminal over. Undefined on Windows, which counts as 0. */
const careful = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

const openDescriptor = promisify(openWithCallback);

/** Pins what a path leads to. The path is used this once. */
export async function openPin(path: string, { guarantee, flags }: PinOptions): Promise<Pin> {
  return guarantee === 'descriptor' ? toPin(await openDescriptor(path, byName | flags)) : pinOpen(await open(path, careful | flags));
}

/** An open descriptor as a path of this process. */
export function pathOf({ fd }: { readonly fd: number }): string {
  return `/proc/self/fd/${fd}`;
}

/** Costs half of what a `FileHandle` would, which counts where files are small. */
function toPin(fd: number): Pin {
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    // eslint-disable-next-line trellis/no-sync-calls -- nothing was opened by it, so that no disk is waited for
    closeSync(fd);
  };
  const pin: Pin = {
    get fd() {
      // By then the number may be that of another file.
      return isOpen ? fd : -1;
    },
    stat: async () => statDescriptor(pin.fd),
    openToRead: async () => open(pathOf(pin), careful).finally(close),
    close,
  };
  return pin;
}

/** Elsewhere there is nothing less than to open it. */
function pinOpen(handle: FileHandle): Pin {
  return {
    get fd() {
      return handle.fd;
    },
    stat: async () => handle.stat({ bigint: true }),
    openToRead: async () => handle,
    close: async () => handle.close(),
  };
}

async function statDescriptor(fd: number): Promise<BigIntStats> {
  return new Promise((resolve, reject) => {
    fstat(fd, { bigint: true }, (error, stats) => {
      if (error === null) resolve(stats);
      else reject(error);
    });
  });
}
