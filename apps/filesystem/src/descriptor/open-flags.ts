import { constants } from 'node:fs';

/** Linux, `O_PATH`: a descriptor without opening what it stands for, so that nobody outside notices and nothing waits. Node has no name for it. */
export const byName = 0o10_000_000;

/** Never waits for the other end of a FIFO or a terminal, and takes no terminal over. Undefined on Windows, which counts as 0. */
export const careful = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** An open descriptor as a path of this process. */
export function pathOf({ fd }: { readonly fd: number }): string {
  return `/proc/self/fd/${fd}`;
}
