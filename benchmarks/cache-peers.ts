import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installPackages } from './install-packages.ts';

/** A cache under measurement: what all of them can do. */
export interface MeasuredCache {
  readonly name: string;
  readonly get: (key: string) => Promise<unknown>;
  readonly set: (key: string, value: unknown) => Promise<unknown>;
  readonly getOrLoad: (key: string, load: () => Promise<unknown>) => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

/** Opens the caches of other projects, each in the same three ways. */
export interface CachePeers {
  readonly openInMemory: () => readonly MeasuredCache[];
  readonly openOnRedis: (url: string) => readonly MeasuredCache[];
  /** Redis behind memory. */
  readonly openOnBoth: (url: string) => readonly MeasuredCache[];
}

/** What is measured beside Trellis; no dependency of this repository. */
const peerVersions = { bentocache: '1.6.1', cacheable: '2.5.0', keyv: '5.6.0', '@keyv/redis': '5.1.6', ioredis: '5.8.2' } as const;

/** Installs bentocache and cacheable with what they need for Redis (about 30 MB), or says why not. */
export async function installCachePeers(): Promise<CachePeers | { readonly missing: string }> {
  const installed = await installPackages('trellis-cache-peers', peerVersions);
  if ('missing' in installed) return installed;
  const copy = join(installed.modules, '..', 'cache-peers.mjs');
  await copyFile(new URL('./servers/cache-peers.mjs', import.meta.url), copy);
  return (await import(pathToFileURL(copy).href)) as CachePeers;
}
