import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { isErrno } from './process-table.ts';

/** Finds a program in the given directories (default: those of PATH); undefined when it is in none. */
export async function findExecutable(
  name: string,
  directories = (process.env['PATH'] ?? '').split(delimiter),
): Promise<string | undefined> {
  for (const directory of directories) {
    const path = join(directory, name);
    if (directory !== '' && (await isExecutable(path))) return path;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'EPERM'].some((code) => isErrno(error, code))) return false;
    throw error;
  }
}
