import type { Connection } from '@trellis-mcp/client';
import { spawnServer, type SpawnOptions } from '@trellis-mcp/testing';

/** Starts this server from its sources. What Node compiled of them is kept from one start to the next. */
export async function spawnMain(
  options: Omit<SpawnOptions, 'env'>,
  entry = new URL('../src/main.ts', import.meta.url),
): Promise<Connection> {
  const cache = process.env['NODE_COMPILE_CACHE'];
  return spawnServer(entry, { ...options, ...(cache !== undefined && { env: { NODE_COMPILE_CACHE: cache } }) });
}
