import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A configuration file that is there until it is disposed of. */
export interface ConfigFile extends AsyncDisposable {
  readonly path: string;
  /** Flags that make a server read it. */
  readonly args: readonly string[];
}

/** Writes a configuration file into a directory of its own. */
export async function writeConfigFile(settings: unknown): Promise<ConfigFile> {
  const directory = await mkdtemp(join(tmpdir(), 'trellis-config-'));
  const path = join(directory, 'trellis.json');
  await writeFile(path, JSON.stringify(settings));
  return { path, args: ['--config', path], [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
