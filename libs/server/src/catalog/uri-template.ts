/** A parsed RFC 6570 template of the forms `{name}`, `{+name}`, `{/name}` and one trailing `{?a,b}`. */
export interface UriTemplate {
  readonly text: string;
  readonly variables: readonly string[];
  /** The variables of a URI that fits, percent-decoded; undefined when it does not. Query variables may be missing. */
  match(uri: string): Readonly<Record<string, string>> | undefined;
}

const maxTemplate = 1000;
const maxUri = 8192;
const expression = /\{([+/?]?)([A-Za-z0-9_,]+)\}/g;
const patterns: Readonly<Record<string, string>> = { '': '([^/?#\\s]+)', '+': '([^?#\\s]+)', '/': '/([^/?#\\s]+)' };

/**
 * Parses a template once, so that matching compiles nothing.
 *
 * @throws Error when the template uses other forms of RFC 6570.
 */
export function parseUriTemplate(text: string): UriTemplate {
  if (text.length > maxTemplate) throw new Error(`a URI template has at most ${maxTemplate} characters`);
  const path: string[] = [];
  const query: string[] = [];
  let source = '';
  let end = 0;
  for (const found of text.matchAll(expression)) {
    const [whole, operator = '', names = ''] = found;
    source += escape(text.slice(end, found.index));
    end = found.index + whole.length;
    if (operator === '?') {
      if (end !== text.length) throw new Error(`in "${text}" {?...} must come last`);
      query.push(...names.split(','));
    } else {
      if (names.includes(',')) throw new Error(`"${whole}" in "${text}" must name one variable`);
      path.push(names);
      source += patterns[operator] ?? '';
    }
  }
  const rest = text.slice(end);
  if (/[{}]/.test(source + rest)) throw new Error(`"${text}" uses a form of RFC 6570 that is not supported`);
  const shape = new RegExp(`^${source}${escape(rest)}${query.length > 0 ? '(?:\\?([^#]*))?' : ''}$`);
  return Object.freeze({ text, variables: [...path, ...query], match: (uri: string) => match(uri, { shape, path, query }) });
}

function match(
  uri: string,
  parts: { shape: RegExp; path: readonly string[]; query: readonly string[] },
): Record<string, string> | undefined {
  if (uri.length > maxUri) return undefined;
  const found = parts.shape.exec(uri);
  if (!found) return undefined;
  const variables: Record<string, string> = {};
  for (const [index, name] of parts.path.entries()) {
    const value = decode(found[index + 1] ?? '');
    if (value === undefined) return undefined;
    variables[name] = value;
  }
  const search = new URLSearchParams(found[parts.path.length + 1] ?? '');
  for (const name of parts.query) {
    const value = search.get(name);
    if (value !== null) variables[name] = value;
  }
  return variables;
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
}
