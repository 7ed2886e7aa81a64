import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A server of this repository, by its source. */
export interface ServerSource {
  /** Folder name under apps/, such as `database`. */
  folder: string;
  /** Absolute path of its entry. */
  main: string;
}

/** What the start program shows of a server. */
export interface ServerFacts {
  name: string;
  title: string;
  port: number;
}

/** Finds every folder below `appsRoot` that holds a server, sorted by name. */
export async function findServers(appsRoot: string): Promise<ServerSource[]> {
  const folders = (await readdir(appsRoot)).sort();
  const found = await Promise.all(
    folders.map(async (folder) => {
      const main = join(appsRoot, folder, 'src/main.ts');
      return (await exists(main)) ? [{ folder, main }] : [];
    }),
  );
  return found.flat();
}

/** Reads name, title and default port from the server's declaration in `app.ts`; nothing is opened. */
export async function readFacts({ main }: ServerSource): Promise<ServerFacts> {
  const { app } = (await import(pathToFileURL(join(main, '../app.ts')).href)) as { app: ServerFacts };
  return { name: app.name, title: app.title, port: app.port };
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
