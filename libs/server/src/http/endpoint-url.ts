/** What the URL of a server follows from. */
export interface EndpointOptions {
  readonly host: string;
  readonly publicUrl?: string | undefined;
}

const wildcards = new Set(['0.0.0.0', '::', '[::]']);

/** Where MCP clients connect: the public URL when there is one (with `/mcp` unless it has a path), else the address listened on. */
export function endpointUrl({ host, publicUrl }: EndpointOptions, port: number): string {
  if (publicUrl === undefined) {
    return `http://${urlHost(host)}:${port}/mcp`;
  }
  const url = new URL(publicUrl);
  return url.pathname === '/' ? new URL('/mcp', url).href : url.href;
}

function urlHost(host: string): string {
  if (wildcards.has(host)) {
    return 'localhost';
  }
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** Where WebSocket clients connect: `/ws` beside the MCP endpoint. */
export function websocketUrl(endpoint: string): string {
  return websocketEndpoint(endpoint).replace(/^http/, 'ws');
}

/** The same as a resource that tokens are made for. */
export function websocketEndpoint(endpoint: string): string {
  return new URL('ws', endpoint).href;
}
