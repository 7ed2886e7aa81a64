import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const deadlineMs = 30_000;

/** Throws when this process still has something open at or below a folder, naming it. What is being closed is waited for. Linux only. */
export async function expectClosed(folder: string): Promise<void> {
  const end = Date.now() + deadlineMs;
  let open = await findOpen(folder);
  for (; open.length > 0 && Date.now() < end; open = await findOpen(folder)) await sleep(10);
  if (open.length > 0) throw new Error(`Nobody closed ${open.join(', ')}.`);
}

async function findOpen(folder: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const places = await Promise.all((await readdir('/proc/self/fd')).map(async (fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return places.filter((place) => place === folder || place.startsWith(`${folder}/`));
}
