import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { openRoots } from '../roots/open-roots.ts';
import { ensureFolder } from './ensure-folder.ts';

it('ends in the middle of many folders when its call is cancelled', async () => {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-ensure-')));
  try {
    const roots = await openRoots({ texts: [top], writable: true });
    const controller = new AbortController();
    const { signal } = controller;
    const made = expect(ensureFolder(roots.locate('a/'.repeat(900)), { limits: { maxDepth: 1000 }, signal })).rejects.toBe('gone');
    await until(async () => (await readdir(top)).length > 0);
    controller.abort('gone');
    await made;
    expect((await readdir(top, { recursive: true })).length).toBeLessThan(900);
  } finally {
    await rm(top, { recursive: true });
  }
});
