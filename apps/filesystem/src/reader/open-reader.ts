import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Host } from '@trellis-mcp/server';
import { FileReader } from './file-reader.ts';

/** What a server's main program publishes on when a client got its first answer. */
const firstAnswer = 'trellis:first-answer';

/** After the first answer clients ask for lists, which are a part of the start for whoever waits for it. */
const listsMs = 50;

/**
 * Makes the reader of a server, which ends with it. Its thread takes as long to begin as the server itself: it begins once the start is over, where
 * the platform lets it read, and so that the first search need not share the processors with it.
 */
export function openReader({ lifecycle, log }: Host): FileReader {
  const reader = new FileReader({
    onFailure: (error) => log.warn({ err: error }, 'the thread that reads small files ended; they are read without it'),
  });
  const begin = (): void => {
    void (process.platform === 'linux' ? reader.begin() : Promise.resolve()).then(keepRoomSmall);
  };
  let timer: NodeJS.Timeout | undefined;
  const beginSoon = (): void => {
    timer ??= setTimeout(begin, listsMs).unref();
  };
  subscribe(firstAnswer, beginSoon);
  lifecycle.onClose('reader', async () => {
    unsubscribe(firstAnswer, beginSoon);
    clearTimeout(timer);
    await reader[Symbol.asyncDispose]();
  });
  return reader;
}

/**
 * What a call makes is garbage as soon as it was answered, and V8 would let up to 48 MiB of it gather. A start has more use for the room, and what
 * Node loads after this it compiles anew.
 */
function keepRoomSmall(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
}
