import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Host } from '@trellis-mcp/server';
import { FileReader } from './file-reader.ts';

/** What a server's main program publishes on when a client got its first answer. */
const firstAnswer = 'trellis:first-answer';

/** After the first answer clients ask for lists, which are a part of the start for whoever waits for it. */
const listsMs = 50;

/**
 * Makes the reader of a server, which ends with it. Its thread takes longer to begin than the server itself: it begins once the start is over, where
 * the platform lets it read, so that the first search need not share the processors with it.
 */
export function openReader({ lifecycle, log }: Host): FileReader {
  const reader = new FileReader({
    onFailure: (error) => log.warn({ err: error }, 'the thread that reads small files ended; they are read without it'),
  });
  let timer: NodeJS.Timeout | undefined;
  const beginSoon = (): void => {
    timer ??= setTimeout(() => reader.begin(), listsMs).unref();
  };
  if (process.platform === 'linux') subscribe(firstAnswer, beginSoon);
  lifecycle.onClose('reader', () => {
    unsubscribe(firstAnswer, beginSoon);
    clearTimeout(timer);
    reader[Symbol.dispose]();
  });
  return reader;
}
