import { AppError } from '@trellis-mcp/errors';
import type { ResourcePart, ResourceTemplateDefinition } from '../define.ts';
import type { Sealer } from '../seal/create-sealer.ts';
import { keptTemplate, type Keeper } from './create-keeper.ts';

/** Key of a part's `_meta` with the URI of the next page. */
export const nextKey = 'io.trellis/next';

/** The template that reads kept bodies. Its name may not be an app's: MCP keeps templates apart by URI. */
export function createKeptResource(keeper: Keeper, sealer: Sealer): ResourceTemplateDefinition<unknown> {
  return {
    name: 'kept_body',
    title: 'Kept body',
    description: 'A large body that a tool kept for you, page by page. Read the URI that the tool gave.',
    uriTemplate: keptTemplate,
    mimeType: 'application/octet-stream',
    async read({ handle = '', cursor }, { principal }) {
      const scope = { principal, purpose: `kept ${handle}` };
      const page = cursor === undefined ? 0 : sealer.unseal(cursor, scope)?.value;
      const found = typeof page === 'number' ? await keeper.read(handle, page, principal) : undefined;
      if (found === undefined) {
        throw new AppError('NOT_FOUND', 'There is no such kept body, or it is not yours, or it expired.', {
          hint: 'Call the tool again to make it anew.',
        });
      }
      const part: ResourcePart = { mimeType: found.mimeType, content: found.content };
      if (found.next === undefined) return [part];
      const next = `trellis://kept/${handle}?cursor=${sealer.seal(found.next, { ...scope, ttlMs: 24 * 3_600_000 })}`;
      const notice: ResourcePart = { uri: next, mimeType: 'text/plain', content: 'The body continues at this URI.' };
      return [{ ...part, meta: { [nextKey]: next } }, notice];
    },
  };
}
