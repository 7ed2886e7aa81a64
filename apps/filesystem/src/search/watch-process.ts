import { constants } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { codeOf } from '../descriptor/code-of.ts';

const pageBytes = 4_096;

/** Memory of a process; 0 where the system does not say. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  const [, pages = '0'] = (await readOf(pid, 'statm')).split(' ');
  return Number(pages) * pageBytes;
}

/**
 * How far a process has read in the file that it has read most of; 0 where the system does not say. The kernel knows it, so that no disk is
 * waited for, not even one that the process waits for.
 */
export async function furthestPosition(pid: number | undefined): Promise<number> {
  const names = await readdir(`/proc/${pid}/fdinfo`).catch(ignoreGone);
  const positions = await Promise.all((names ?? []).map(async (name) => readPosition(await readOf(pid, `fdinfo/${name}`))));
  return Math.max(0, ...positions);
}

/** Of a file; a folder's is no count of bytes. */
function readPosition(info: string): number {
  const [, position = '0', flags = '0'] = /^pos:\s*(\d+)\nflags:\s*(\d+)$/m.exec(info) ?? [];
  return (Number.parseInt(flags, 8) & constants.O_DIRECTORY) === 0 ? Number(position) : 0;
}

async function readOf(pid: number | undefined, name: string): Promise<string> {
  if (pid === undefined || process.platform !== 'linux') return '';
  return (await readFile(`/proc/${pid}/${name}`, 'utf8').catch(ignoreGone)) ?? '';
}

/** It ended meanwhile. */
function ignoreGone(error: unknown): undefined {
  if (codeOf(error) === undefined) throw error;
}
