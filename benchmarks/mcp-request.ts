/** A 2026-07-28 request as a client without state sends it: envelope in `_meta`, method and name in headers. */
export interface McpRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const version = '2026-07-28';
const envelope = {
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Builds a request for `method`; a tool call carries its name in the `Mcp-Name` header too. */
export function buildRequest(id: number, method: string, params: Readonly<Record<string, unknown>> = {}): McpRequest {
  const name = params['name'];
  return {
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: envelope } }),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
  };
}
