const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** One line of a modern request. */
export function modernRequest(id: number, method: string, params: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: meta } })}\n`;
}

/** A modern `tools/call`. */
export function modernCall(id: number, name: string, args: Readonly<Record<string, unknown>> = {}): string {
  return modernRequest(id, 'tools/call', { name, arguments: args });
}

/** The lines that open a 2025-era connection; the answer to `initialize` has id 0. */
export const legacyOpening = [
  {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
]
  .map((message) => `${JSON.stringify(message)}\n`)
  .join('');

/** A 2025-era `tools/call`. */
export function legacyCall(id: number, name: string, args: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } })}\n`;
}
