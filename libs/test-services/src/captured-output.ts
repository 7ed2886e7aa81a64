import type { Readable } from 'node:stream';
import { createLineSplitter } from './line-splitter.ts';

/** What a stream has written so far; the newest 4 Mi characters and the newest 10,000 whole lines. */
export interface CapturedOutput {
  readonly text: string;
  readonly lines: readonly string[];
  /** Resolves with the first line, past or future, that matches; rejects after `timeoutMs` or when the stream ends without one. */
  waitFor(match: LineMatch, timeoutMs: number): Promise<string>;
}

/** A part of the line, a pattern, or a test. */
export type LineMatch = string | RegExp | ((line: string) => boolean);

const maxLines = 10_000;
const maxCharacters = 4 * 1024 * 1024;

/** Collects the lines of a stream, bounded: the oldest are dropped. */
export function captureOutput(stream: Readable, label: string): CapturedOutput {
  const lines: string[] = [];
  const listeners = new Set<(line: string | undefined) => void>();
  let text = '';
  const splitter = createLineSplitter(maxCharacters);
  let hasEnded = false;
  const tell = (line: string | undefined): void => {
    for (const listener of listeners) listener(line);
  };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-maxCharacters);
    for (const line of splitter.push(chunk)) {
      lines.push(line);
      tell(line);
    }
    lines.splice(0, lines.length - maxLines);
  });
  stream.once('close', () => {
    hasEnded = true;
    tell(undefined);
  });
  return {
    get text() {
      return text;
    },
    lines,
    async waitFor(match, timeoutMs) {
      const past = lines.find((line) => isMatch(line, match));
      if (past !== undefined) return past;
      const line = hasEnded ? undefined : await nextMatch(listeners, match, timeoutMs);
      if (line !== undefined) return line;
      const why = hasEnded ? 'ended' : `ran ${String(timeoutMs)} ms`;
      throw new Error(`${label} ${why} without a line matching ${String(match)}. Last text:\n${text.slice(-2_000)}`);
    },
  };
}

function nextMatch(listeners: Set<(line: string | undefined) => void>, match: LineMatch, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const finish = (line: string | undefined): void => {
      clearTimeout(timer);
      listeners.delete(listen);
      resolve(line);
    };
    const listen = (line: string | undefined): void => {
      if (line === undefined || isMatch(line, match)) finish(line);
    };
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    listeners.add(listen);
  });
}

function isMatch(line: string, match: LineMatch): boolean {
  if (typeof match === 'string') return line.includes(match);
  return match instanceof RegExp ? line.search(match) !== -1 : match(line);
}
