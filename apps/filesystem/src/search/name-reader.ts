import { setImmediate as nextTurn } from 'node:timers/promises';

const sliceMs = 10;

/** Reads names that are ended by a NUL each. Gives other calls their turn between names, since a glob may take its time for each. */
export function createNameReader(visit: (name: string) => void): (chunk: Buffer) => Promise<false> {
  let carried: Buffer = Buffer.alloc(0);
  return async (chunk) => {
    const end = chunk.lastIndexOf(0);
    const whole = Buffer.concat([carried, chunk.subarray(0, end + 1)]);
    if (end === -1) {
      carried = Buffer.concat([carried, chunk]);
      return false;
    }
    carried = Buffer.from(chunk.subarray(end + 1));
    let began = performance.now();
    for (const name of whole.toString('utf8', 0, whole.length - 1).split('\0')) {
      visit(name);
      if (performance.now() - began > sliceMs) {
        await nextTurn();
        began = performance.now();
      }
    }
    return false;
  };
}

/** A path as ripgrep tells of it when it searches `./`. */
export function withoutDot(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}
