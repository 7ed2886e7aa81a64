import { CLIENT_CAPABILITIES_META_KEY, type ServerContext } from '@modelcontextprotocol/server';
import type { ClientFeature } from '../call.ts';
import type { Peer } from '../run/task.ts';
import { isJsonObject, type JsonObject } from '../schema/json.ts';

/** What a question needs: a form and a page are told apart, the rest is as `call.can` names it. */
export type Need = Exclude<ClientFeature, 'ask'> | 'form' | 'url';

/** Whether the client of this request declared what a question needs: in the request (2026-07-28), or when it connected. */
export function clientCan(need: Need, peer: Peer, ctx: ServerContext): boolean {
  const declared = declaredCapabilities(peer, ctx);
  const elicitation = declared['elicitation'];
  switch (need) {
    case 'form':
      // An empty object means forms: that is what it said before pages existed (spec: client/elicitation).
      return isJsonObject(elicitation) && (elicitation['form'] !== undefined || elicitation['url'] === undefined);
    case 'url':
      return isJsonObject(elicitation) && elicitation['url'] !== undefined;
    case 'sample':
      return declared['sampling'] !== undefined;
    case 'roots':
      return declared['roots'] !== undefined;
  }
}

function declaredCapabilities({ connection, server }: Peer, ctx: ServerContext): JsonObject {
  const envelope: JsonObject = ctx.mcpReq.envelope ?? {};
  // The request context of older eras does not carry them.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const declared = connection.era === 'modern' ? envelope[CLIENT_CAPABILITIES_META_KEY] : server.server.getClientCapabilities();
  return isJsonObject(declared) ? declared : {};
}
