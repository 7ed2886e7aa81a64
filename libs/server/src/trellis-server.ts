import { McpServer, type Implementation, type McpServerOptions } from '@modelcontextprotocol/server';
import type { Catalog } from './catalog/create-catalog.ts';

/**
 * The SDK's server without its registry: tools live in the catalog, made once, and nothing is registered per request.
 *
 * It stays an `McpServer` because the HTTP entry checks `Mcp-Param-*` headers (SEP-2243) and scopes on those only, through the two members
 * overridden here (docs/adr/0008).
 */
export class TrellisServer extends McpServer {
  readonly #catalog: Catalog;

  constructor(info: Implementation, options: McpServerOptions, catalog: Catalog) {
    super(info, options);
    this.#catalog = catalog;
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#catalog.tools.get(name)?.item.inputSchema;
  }
}
