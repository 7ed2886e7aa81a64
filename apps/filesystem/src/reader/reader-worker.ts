import { parentPort } from 'node:worker_threads';
import { type FromReader, pathEnd } from './protocol.ts';
import { readSmallFile } from './read-small-file.ts';

/** Entry of the thread that waits for disks, so that the one which answers callers does not. */
const port = parentPort;

port?.on('message', (paths: string) => {
  const files = paths.split(pathEnd).map(readSmallFile);
  port.postMessage(
    files satisfies FromReader,
    files.flatMap((file) => file?.bytes.buffer ?? []),
  );
});
port?.postMessage('ready' satisfies FromReader);
