import type { Call } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { completePath } from '../prompts/complete-path.ts';
import { narrowingOf } from '../roots/locate.ts';

const completeEntries = completePath('entries');

/** Completes the path of a URI entry by entry, from the roots on. Names are escaped as they stand in a URI. */
export async function completeResource(
  value: string,
  call: Call<Deps>,
  others: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const path = `/${decode(value)}`;
  const roots = call.deps.roots.list(await narrowingOf(call));
  const above = roots.map((root) => `${root.path === '/' ? '' : root.path}/`).filter((root) => root.startsWith(path));
  const found = above.length > 0 ? above : await completeEntries(path, call, others);
  return found.map((item) => item.slice(1).split('/').map(encodeURIComponent).join('/'));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    // Half of an escape, while somebody types.
    if (Object(error) === error && (error as Error).name === 'URIError') return value;
    throw error;
  }
}
