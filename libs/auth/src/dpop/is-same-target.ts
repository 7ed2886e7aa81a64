/**
 * Whether `htu` names the URL of a request, query and fragment aside (RFC 9449 section 4.3, check 9; RFC 3986 section 6.2 equality as
 * URLs do it). `ws` and `wss` are the schemes of the upgrade they start as.
 */
export function isSameTarget(htu: unknown, url: string): boolean {
  if (typeof htu !== 'string') return false;
  const [claimed, actual] = [normalize(htu), normalize(url)];
  return claimed !== undefined && claimed === actual;
}

function normalize(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const protocol = url.protocol.replace(/^ws/, 'http');
  return /^https?:$/.test(protocol) ? `${protocol}//${url.host}${url.pathname}` : undefined;
}
