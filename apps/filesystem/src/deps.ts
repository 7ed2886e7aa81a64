import { createDefiners, type Host } from '@trellis-mcp/server';
import type { Config } from './config.ts';

/** What is opened once and every call may use. */
export interface Deps {
  readonly words: readonly string[];
}

/** `defineTool` bound to {@link Deps}; the server uses no other definers yet. */
export const { defineTool } = createDefiners<Deps>();

/** Opens what handlers need; what must be closed again is registered with `host.lifecycle.onClose`. */
export function openDeps(_config: Config, _host: Host): Promise<Deps> {
  return Promise.resolve({ words: ['apple', 'apricot', 'banana'] });
}
