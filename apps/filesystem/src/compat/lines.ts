import type { Limits } from '../deps.ts';
import { toLine } from '../roots/located.ts';
import { maxTextBytes, tooLong } from './official-reply.ts';

/** Lines of an answer, refused as soon as they are too long. */
export interface Lines {
  readonly count: number;
  add(line: string): void;
  join(): string;
}

/** Starts an answer of lines. */
export function createLines(limits: Limits, hint: string): Lines {
  const lines: string[] = [];
  let bytes = 0;
  return {
    get count() {
      return lines.length;
    },
    add(line) {
      const safe = toLine(line);
      bytes += Buffer.byteLength(safe) + 1;
      if (bytes > maxTextBytes(limits)) throw tooLong(limits, hint);
      lines.push(safe);
    },
    join: () => lines.join('\n'),
  };
}
