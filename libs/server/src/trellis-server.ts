import { McpServer, type Implementation, type McpServerOptions, type Transport } from '@modelcontextprotocol/server';
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

  override async connect(transport: Transport): Promise<void> {
    await super.connect(transport);
    const close = transport.onclose;
    transport.onclose = () => {
      withoutStacks(() => close?.());
    };
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#catalog.tools.get(name)?.item.inputSchema;
  }
}

/** The SDK makes an error at every close, also when nobody waits for it, and over HTTP every request closes: its stack is a twentieth of the cost. */
function withoutStacks(run: () => void): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
