import { AppError } from '@trellis-mcp/errors';

/** What a glob may hold beside `*`, `?`, `[...]` and `**`. */
export interface GlobSyntax {
  /** Whether `{a,b}` is a choice. A line of a .gitignore has none. */
  readonly braces: boolean;
}

const anyDepth = '(?:.*/)?';

/** Writes a glob as a regular expression of RE2, which matches in linear time. */
export function toRegexSource(glob: string, syntax: GlobSyntax): string {
  const reader: Reader = { glob, at: 0, depth: 0, syntax };
  let source = '';
  while (reader.at < glob.length) source += readPart(reader);
  if (reader.depth > 0) throw invalid('a brace is not closed');
  return source;
}

interface Reader {
  readonly glob: string;
  readonly syntax: GlobSyntax;
  at: number;
  /** Open braces. */
  depth: number;
}

function readPart(reader: Reader): string {
  const character = String.fromCodePoint(reader.glob.codePointAt(reader.at) ?? 0);
  reader.at += character.length;
  switch (character) {
    case '*':
      return readStars(reader);
    case '?':
      return '[^/]';
    case '[':
      return readClass(reader);
    case '\\':
      return readEscaped(reader);
    default:
      return reader.syntax.braces ? readBrace(character, reader) : escape(character);
  }
}

/**
 * Several stars that fill a part of the path stand for any number of parts, elsewhere for one star. What fills a part is never empty: the path
 * of a folder may end with a slash, and `folder/*` is about what is in it alone.
 */
function readStars(reader: Reader): string {
  const { glob } = reader;
  const start = reader.at - 1;
  while (glob[reader.at] === '*') reader.at += 1;
  const starts = start === 0 || isBorder(glob[start - 1], reader, '{');
  if (reader.at - start < 2 || !starts) return isWholePart(glob, start, reader.at) ? '[^/]+' : '[^/]*';
  if (glob[reader.at] === '/') {
    reader.at += 1;
    return anyDepth;
  }
  if (reader.at === glob.length) return '.+';
  return isBorder(glob[reader.at], reader, '}') ? '.*' : '[^/]*';
}

function isWholePart(glob: string, start: number, end: number): boolean {
  return (start === 0 || glob[start - 1] === '/') && (end === glob.length || glob[end] === '/');
}

function isBorder(character: string | undefined, { depth }: Reader, brace: '{' | '}'): boolean {
  return character === '/' || (depth > 0 && (character === ',' || character === brace));
}

function readBrace(character: string, reader: Reader): string {
  if (character === '{') {
    reader.depth += 1;
    return '(?:';
  }
  if (reader.depth > 0 && character === ',') return '|';
  if (reader.depth > 0 && character === '}') {
    reader.depth -= 1;
    return ')';
  }
  return escape(character);
}

function readEscaped(reader: Reader): string {
  const code = reader.glob.codePointAt(reader.at);
  if (code === undefined) throw invalid('a backslash escapes nothing at the end');
  const character = String.fromCodePoint(code);
  reader.at += character.length;
  return escape(character);
}

function readClass(reader: Reader): string {
  const { glob } = reader;
  const isNegated = glob[reader.at] === '!' || glob[reader.at] === '^';
  let index = reader.at + (isNegated ? 1 : 0);
  let content = '';
  for (let isFirst = true; isFirst || glob[index] !== ']'; isFirst = false) {
    if (index >= glob.length) throw invalid('a bracket is not closed');
    const named = /^\[:[a-z]+:\]/.exec(glob.slice(index, index + 12))?.[0];
    if (named !== undefined) {
      content += named;
      index += named.length;
      continue;
    }
    if (glob[index] === '\\') index += 1;
    const character = String.fromCodePoint(glob.codePointAt(index) ?? 0x5c);
    const isDash = character === '-' && glob[index - 1] !== '\\';
    content += isDash ? '-' : escape(character);
    index += character.length;
  }
  reader.at = index + 1;
  return `[${isNegated ? '^/' : ''}${content}]`;
}

/** Everything but letters, digits and what is no ASCII means something in a regular expression, or may. */
function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (/^[A-Za-z0-9_/]$/.test(character) || code > 0x7f) return character;
  return `\\x{${code.toString(16)}}`;
}

function invalid(what: string): AppError {
  return new AppError('INVALID_INPUT', `The glob cannot be read: ${what}.`, {
    hint: 'Write a glob such as src/**/*.{ts,js}; a backslash takes a character as it is.',
  });
}
