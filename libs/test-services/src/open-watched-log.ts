import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isErrno } from './process-table.ts';
import { checkSecrets } from './secret-watch.ts';

/** A file for the log of a server that runs in the process of the tests. */
export interface WatchedLog {
  /** In a folder of its own; not there before the first line. */
  readonly file: string;
  /** What it holds so far. */
  read(): Promise<string>;
  /** Its lines, parsed as JSON. */
  lines(): Promise<Record<string, unknown>[]>;
  /** Removes it; rejects when it held a token or a key. Call it once, when the log is closed. */
  close(): Promise<void>;
}

/** Makes the place for a log that no secret may get into. */
export async function openWatchedLog(): Promise<WatchedLog> {
  const folder = await mkdtemp(join(tmpdir(), 'watched-log-'));
  const file = join(folder, 'log');
  const read = async (): Promise<string> => {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return '';
      throw error;
    }
  };
  return {
    file,
    read,
    async lines() {
      const lines = (await read()).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async close() {
      const text = await read();
      await rm(folder, { recursive: true });
      checkSecrets(text, 'The log');
    },
  };
}
