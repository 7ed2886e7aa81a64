import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '@trellis-mcp/server';
import { sampleFolder } from '../places.ts';

/**
 * Copies the sample project into a temporary folder, which goes when the server closes.
 *
 * @returns The root: `sample=...`.
 */
export async function openSample(lifecycle: Pick<Host['lifecycle'], 'onClose'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-sample-'));
  lifecycle.onClose('sample', async () => rm(folder, { recursive: true, force: true }));
  await cp(fileURLToPath(sampleFolder), folder, { recursive: true });
  return `sample=${folder}`;
}
