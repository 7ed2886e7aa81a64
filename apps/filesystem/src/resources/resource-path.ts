/** The absolute path that the URI of a resource names, decoded once; nothing for other URIs. What of a file is read, behind `?`, is left out. */
export function pathOfResource(uri: string): string | undefined {
  const found = /^file:\/\/\/([^?#\s]+)(?:\?[^#]*)?$/.exec(uri);
  if (found?.[1] === undefined) return undefined;
  try {
    return `/${decodeURIComponent(found[1])}`;
  } catch {
    // Escapes that are no UTF-8 name no path.
    return undefined;
  }
}
