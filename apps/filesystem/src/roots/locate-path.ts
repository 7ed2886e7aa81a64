import { isAbsolute, sep } from 'node:path';
import { AppError } from '@trellis-mcp/errors';
import { type Located, quoteText } from './located.ts';
import { isInArea, type Narrowing } from './narrowing.ts';
import { isReserved } from './reserved.ts';
import type { Root } from './root.ts';

const maxPathBytes = 4096;
const separator = sep === '\\' ? /[\\/]/ : /\//;

/** A root, and the names below it that a path spells, `..` and all. */
interface Spelled {
  readonly root: Root;
  readonly names: readonly string[];
}

/**
 * The lexical gate: judges the very text that is opened later. Nothing is trimmed, folded, unquoted or decoded.
 *
 * @throws AppError `INVALID_INPUT` for what is no path, `DENIED` with one text for every place outside of the roots, `NOT_FOUND` for a root
 * that does not exist.
 */
export function locatePath(path: string, roots: readonly Root[], narrowing: Narrowing | undefined): Located {
  assertPath(path);
  const { root, names } = isAbsolute(path) ? spellAbsolute(path, roots) : spellRelative(path, roots);
  assertInside(names, roots);
  const area = narrowing?.get(root);
  if ((narrowing !== undefined && area === undefined) || !isInArea(area, names)) throw narrowed();
  const shown = show(root, names, roots);
  if (names.some(isReserved)) throw new AppError('DENIED', `The name of ${quoteText(shown)} belongs to this server.`);
  return { root, names, shown, ...(area !== undefined && { area }) };
}

/** A path below a root, as callers read it: with the root's name in front where there are several roots. */
export function show({ name }: Root, names: readonly string[], roots: readonly Root[]): string {
  if (roots.length > 1) return [name, ...names].join('/');
  return names.length === 0 ? '.' : names.join('/');
}

function assertPath(path: string): void {
  if (path === '') throw invalid('A path is not empty.', 'The root itself is ".".');
  if (path.includes('\0')) throw invalid('A path holds no NUL character.');
  if (!path.isWellFormed()) throw invalid('A path is valid Unicode; this one holds half of a surrogate pair.');
  if (Buffer.byteLength(path) > maxPathBytes) throw invalid(`A path has at most ${maxPathBytes} bytes.`);
}

function spellAbsolute(path: string, roots: readonly Root[]): Spelled {
  const whole = split(path);
  for (const root of roots) {
    for (const alias of root.aliases) {
      const start = split(alias);
      if (start.every((name, index) => whole[index] === name)) return { root, names: whole.slice(start.length) };
    }
  }
  throw outside(roots);
}

function spellRelative(path: string, roots: readonly Root[]): Spelled {
  const names = split(path);
  const [only, second] = roots;
  if (only !== undefined && second === undefined) return { root: only, names };
  const [first = '.', ...rest] = names;
  if (first === '..') throw outside(roots);
  const root = roots.find(({ name }) => name === first);
  if (root === undefined) {
    const known = roots.map(({ name }) => name).join(', ');
    throw new AppError('NOT_FOUND', `No root has the name ${quoteText(first)}.`, {
      hint: `With several roots a path starts with the name of one: ${known}.`,
    });
  }
  return { root, names: rest };
}

/** Empty parts and `.` name the folder they stand in, wherever they stand. */
function split(path: string): readonly string[] {
  return path.split(separator).filter((name) => name !== '' && name !== '.');
}

/** `..` is never resolved: behind a link it would name another folder than the one it seems to. */
function assertInside(names: readonly string[], roots: readonly Root[]): void {
  let depth = 0;
  let climbs = false;
  for (const name of names) {
    climbs ||= name === '..';
    depth += name === '..' ? -1 : 1;
    if (depth < 0) throw outside(roots);
  }
  if (climbs) throw invalid('A path holds no "..".', 'Write the path without it.');
  // Streams of NTFS, and drives.
  if (sep === '\\' && names.some((name) => name.includes(':'))) throw invalid('A name holds no colon here.');
}

function invalid(message: string, hint?: string): AppError {
  return new AppError('INVALID_INPUT', message, hint === undefined ? {} : { hint });
}

/** One text for every place outside, whether something is there or not. */
function outside(roots: readonly Root[]): AppError {
  const names = roots.map(({ name, path }) => `${name} (${path})`).join(', ');
  return new AppError('DENIED', `The path is outside of the roots: ${names}.`, {
    hint: 'list_roots shows what can be read. The operator adds a root with --root.',
  });
}

function narrowed(): AppError {
  return new AppError('DENIED', 'The path is outside of the roots that the client offers.', {
    hint: 'list_roots shows what can be read. With --no-client-roots all roots of the operator are served.',
  });
}
