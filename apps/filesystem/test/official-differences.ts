import type { ErrorCode } from '@trellis-mcp/errors';

/** What Trellis answers in another way than the official server, on purpose, and why: a code, or an answer. */
export const differences = {
  anchored: [undefined, 'A pattern may say with / or ./ that it begins at the folder.'],
  context: [undefined, 'A diff has the usual three lines around a change.'],
  emptyEdit: ['INVALID_INPUT', 'An edit that changes nothing, or says nothing to replace, is a mistake of whoever wrote it.'],
  emptyPath: ['INVALID_INPUT', 'A path is not empty; a list or a deletion of the whole root should be meant.'],
  emptyPattern: [undefined, 'An empty pattern leaves nothing out.'],
  encodings: [undefined, 'A file in Latin-1 is read as what it says.'],
  endings: [undefined, 'Line endings stay as they are in the file.'],
  errors: [undefined, 'What a path failed of is said in the words that every tool uses, and names no place outside.'],
  images: [undefined, 'A name alone makes no picture, and most clients cannot show an SVG: bytes come as bytes.'],
  links: [undefined, 'A link is listed as a link, wherever it leads; what is outside has no size.'],
  movedLinks: [undefined, 'A link is moved as a link; what it leads to stays.'],
  noParts: ['INVALID_INPUT', 'A part of no lines, or of half a line, is a mistake of whoever asked.'],
  noText: ['INVALID_INPUT', 'Bytes are no text; read_media_file sends them whole.'],
  parents: ['INVALID_INPUT', 'A path says where it goes: .. is refused.'],
  places: ['INVALID_INPUT', 'A text that is there several times names no place: the edit is refused and says where they are.'],
  spaces: ['INVALID_INPUT', 'An edit fits exactly or is refused with the nearest lines.'],
  syntax: [undefined, 'Patterns have the syntax of a .gitignore; other characters mean themselves.'],
} as const satisfies Readonly<Record<string, readonly [code: ErrorCode | undefined, why: string]>>;

/** How the official server begins what it says of a failure, and the codes that Trellis has for it. */
export const failures: readonly (readonly [theirs: RegExp, ours: readonly ErrorCode[]])[] = [
  // A root holds its place.
  [/^EISDIR: /, ['INVALID_INPUT', 'DENIED']],
  // Behind a file there is nothing; a folder cannot be made there either.
  [/^ENOTDIR: not a directory, realpath/, ['NOT_FOUND', 'INVALID_INPUT']],
  [/^ENOTDIR: not a directory, scandir/, ['INVALID_INPUT']],
  [/^ENOENT: /, ['NOT_FOUND']],
  [/^ELOOP: /, ['NOT_FOUND']],
  [/^EEXIST: /, ['INVALID_INPUT']],
  [/^EINVAL: /, ['INVALID_INPUT']],
  [/^ENAMETOOLONG: /, ['INVALID_INPUT']],
  // A link that leads nowhere is in the way of a move.
  [/^Parent directory does not exist/, ['NOT_FOUND', 'CONFLICT']],
  // `~` is a name like any other; a NUL is in no path.
  [/^Access denied - path outside allowed/, ['DENIED', 'NOT_FOUND', 'INVALID_INPUT']],
  // Whether there is something outside is not told.
  [/^Access denied - symlink target outside/, ['NOT_FOUND']],
  [/^Access denied - Windows-style path/, ['NOT_FOUND']],
  // What is moved onto itself is no conflict with another.
  [/^Destination already exists/, ['CONFLICT', 'INVALID_INPUT']],
  [/^Could not find exact match/, ['INVALID_INPUT']],
  [/^Cannot specify both head and tail/, ['INVALID_INPUT']],
  [/^MCP error -32602: Input validation error/, ['INVALID_INPUT']],
];
