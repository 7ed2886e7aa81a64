import { readFile } from 'node:fs/promises';
import { AppError } from '@trellis-mcp/errors';
import type { SourceAddress } from './list-sources.ts';
import { databaseUrl } from './source-settings.ts';

const maxBytes = 10_000;

/**
 * The URL of a database, read from its file where it has one; undefined for an embedded database.
 *
 * @throws AppError `INVALID_INPUT` for a file that cannot be read or holds no URL.
 */
export async function readDatabaseUrl(address: SourceAddress): Promise<string | undefined> {
  const { databaseUrlFile: file } = address;
  if (file === undefined) {
    return address.databaseUrl;
  }
  const read = databaseUrl.safeParse((await readText(file, address.name)).trim());
  if (!read.success) {
    throw new AppError('INVALID_INPUT', `The databaseUrlFile of the source ${address.name} holds no URL of PostgreSQL.`, {
      hint: 'It must hold one line such as postgres://user:password@host:5432/database.',
    });
  }
  return read.data;
}

/** The path stays out of messages: people put the secret itself there. */
async function readText(file: string, name: string): Promise<string> {
  try {
    return (await readFile(file)).subarray(0, maxBytes).toString('utf8');
  } catch (cause) {
    throw new AppError('INVALID_INPUT', `The databaseUrlFile of the source ${name} cannot be read.`, {
      hint: 'Check that it is there, and that this server may read it.',
      cause,
    });
  }
}
