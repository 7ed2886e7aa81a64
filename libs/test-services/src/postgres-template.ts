import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isErrno } from './process-table.ts';
import type { RunAs } from './test-instance.ts';

const run = promisify(execFile);

/** Which clusters are alike. */
export interface TemplateOptions {
  /** The folder of `initdb`. */
  readonly bin: string;
  /** The user that it runs as, when not this one. */
  readonly runAs: RunAs | undefined;
}

/**
 * Copies a cluster into a directory that is not there yet: user `postgres`, C locale, UTF-8. The first of a machine is made by `initdb`,
 * which takes twenty times as long as the copy, and kept in the directory for temporary files. Returns the password of `postgres`.
 */
export async function copyTemplate(data: string, options: TemplateOptions): Promise<string> {
  const template = await findTemplate(options);
  await run('cp', ['-a', join(template, 'data'), data], options.runAs);
  return readFile(join(template, 'password'), 'utf8');
}

async function findTemplate(options: TemplateOptions): Promise<string> {
  const { mtimeMs, size } = await stat(join(options.bin, 'initdb'));
  const user = options.runAs?.uid ?? process.getuid?.() ?? 'user';
  const path = join(tmpdir(), `trellis-postgres-template-${[user, size, Math.trunc(mtimeMs)].join('-')}`);
  return (await isThere(join(path, 'data'))) ? path : makeTemplate(path, options);
}

/** Several processes may make it at once: the first one stays. */
async function makeTemplate(path: string, { bin, runAs }: TemplateOptions): Promise<string> {
  const draft = await mkdtemp(`${path}-`);
  try {
    if (runAs) await chown(draft, runAs.uid, runAs.gid);
    const passwordFile = join(draft, 'password');
    await writeFile(passwordFile, randomBytes(12).toString('hex'));
    const auth = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    const form = ['--no-sync', '--no-instructions', '--locale=C', '--encoding=UTF8'];
    await run(join(bin, 'initdb'), ['-D', join(draft, 'data'), ...auth, ...form], { ...runAs, cwd: draft });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].some((code) => isErrno(error, code))) throw error;
  }
  return path;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
