import type { ErrorCode } from '@trellis-mcp/errors';

/** What a call comes to: a code, or `ok`, an answer that shows and changes nothing outside. */
export type Verdict = ErrorCode | 'ok';

/** One call that must not do what it tries. */
export type Attack = readonly [tool: string, args: Readonly<Record<string, unknown>>, verdict: Verdict, why: string];

/** One path that is tried with many tools. */
export type PathAttack = readonly [path: string, verdict: Verdict, why: string];

/** A way to hand a path to a tool. `resource` and `complete` are no tools, but take paths as well. */
export interface PathUse {
  readonly name: string;
  readonly tool: string;
  readonly args: (path: string) => Readonly<Record<string, unknown>>;
}

const edits = [{ oldText: 'inside', newText: 'changed' }];

/** Everything that reads a path. */
export const readers: readonly PathUse[] = [
  { name: 'read_file', tool: 'read_file', args: (path) => ({ path }) },
  { name: 'read_file in bytes', tool: 'read_file', args: (path) => ({ path, unit: 'byte', offset: -10 }) },
  { name: 'read_files', tool: 'read_files', args: (path) => ({ paths: [path] }) },
  { name: 'list_directory', tool: 'list_directory', args: (path) => ({ path }) },
  { name: 'stat', tool: 'stat', args: (path) => ({ path }) },
  { name: 'tree', tool: 'tree', args: (path) => ({ path }) },
  { name: 'find_files', tool: 'find_files', args: (path) => ({ path, glob: '**' }) },
  { name: 'search_text', tool: 'search_text', args: (path) => ({ path, pattern: 'outside' }) },
];

/** Everything that follows a path to change something, or to copy it. */
export const writers: readonly PathUse[] = [
  { name: 'write_file', tool: 'write_file', args: (path) => ({ path, content: 'inside' }) },
  { name: 'write_file where nothing is', tool: 'write_file', args: (path) => ({ path, content: 'inside', ifAbsent: true }) },
  { name: 'edit_file', tool: 'edit_file', args: (path) => ({ path, edits }) },
  { name: 'edit_file, dry', tool: 'edit_file', args: (path) => ({ path, edits, dryRun: true }) },
  { name: 'move from', tool: 'move', args: (path) => ({ from: path, to: 'moved.txt' }) },
  { name: 'move to', tool: 'move', args: (path) => ({ from: 'folder/inner.txt', to: path, overwrite: true }) },
  { name: 'copy from', tool: 'copy', args: (path) => ({ from: path, to: 'copied.txt' }) },
  { name: 'copy to', tool: 'copy', args: (path) => ({ from: 'folder/inner.txt', to: path, overwrite: true }) },
  { name: 'make_directory', tool: 'make_directory', args: (path) => ({ path }) },
  { name: 'delete', tool: 'delete', args: (path) => ({ path, recursive: true }) },
];

/** Tries every path with every use. */
export function cross(uses: readonly PathUse[], attacks: readonly PathAttack[]): Attack[] {
  return attacks.flatMap(([path, verdict, why]) =>
    uses.map(({ name, tool, args }) => [tool, args(path), verdict, `${name}: ${why}`] as const),
  );
}
