import { AppError } from '@trellis-mcp/errors';

/** Which hosts the operator opened although they are private or speak plain HTTP. */
export interface AllowList {
  /** Whether exactly this scheme, host and port is open. */
  hasUrl(url: URL): boolean;
  /** Whether this host and port is open for `https:` or `http:`; `hostname` as in a URL, IPv6 with or without brackets. */
  hasHost(protocol: string, hostname: string, port: number): boolean;
}

const maxEntries = 1_000;

/**
 * Reads entries `host:port` (both schemes) and `https://host[:port]` or `http://host[:port]` (that scheme only). A host is compared as
 * URLs spell it, so a name stands for itself and never for its address. Throws `INVALID_INPUT` for anything else.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  if (entries.length > maxEntries) throw new AppError('INVALID_INPUT', `At most ${maxEntries} addresses can be allowed.`);
  const origins = new Set(entries.flatMap(readEntry));
  return {
    hasUrl: (url) => origins.has(`${url.protocol}//${url.hostname}:${portOf(url)}`),
    hasHost: (protocol, hostname, port) => {
      const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
      return origins.has(`${protocol}//${host}:${port}`);
    },
  };
}

/** The port of a URL, also where the scheme implies it. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function readEntry(entry: string): string[] {
  const hasScheme = /^https?:\/\//.test(entry);
  const url = URL.parse(hasScheme ? entry : `http://${entry}`);
  if (url === null || !isBare(url, entry) || (!hasScheme && !/:\d+$/.test(entry))) {
    throw new AppError('INVALID_INPUT', `"${entry.slice(0, 80)}" is no address that can be allowed.`, {
      hint: 'Write host:port, such as 127.0.0.1:3110, or an origin, such as http://127.0.0.1:3110.',
    });
  }
  const place = `${url.hostname}:${portOf(url)}`;
  return hasScheme ? [`${url.protocol}//${place}`] : [`http://${place}`, `https://${place}`];
}

function isBare(url: URL, entry: string): boolean {
  return url.pathname === '/' && !/[?#@*]/.test(entry) && url.hostname !== '';
}
