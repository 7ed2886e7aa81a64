import { McpServer, type Implementation, type McpServerOptions, type Transport } from '@modelcontextprotocol/server';
import type { Catalog } from './catalog/create-catalog.ts';
import { LeanServer } from './lean-server.ts';

/**
 * The SDK's server without its registry: tools live in the catalog, made once, and nothing is registered per request.
 *
 * It stays an `McpServer` because the HTTP entry checks `Mcp-Param-*` headers (SEP-2243) and scopes on those only, through the two members
 * overridden here (docs/adr/0008).
 */
export class TrellisServer extends McpServer {
  override readonly server: LeanServer;
  readonly #catalog: Catalog;

  constructor(info: Implementation, options: McpServerOptions, catalog: Catalog) {
    // One without capabilities, and so without handlers, which nobody uses.
    super(info);
    this.server = new LeanServer(info, options);
    this.#catalog = catalog;
  }

  override async connect(transport: Transport): Promise<void> {
    await super.connect(transport);
    const { onclose: close, onmessage: read } = transport;
    transport.onclose = () => {
      withoutStacks(() => close?.());
    };
    transport.onmessage = (message, extra) => {
      if ('method' in message && 'id' in message) this.server.receive(message, extra);
      else withoutStacks(() => read?.(message, extra));
    };
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#catalog.tools.get(name)?.item.inputSchema;
  }
}

/**
 * The SDK makes an error at every close, also when nobody waits for it, and over HTTP every request closes; and two for a notification,
 * to find out that it is no response. Their stacks are a twentieth of the cost. Handlers run in a later turn, with stacks.
 */
function withoutStacks(run: () => void): void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
