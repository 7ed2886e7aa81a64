import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** What a snapshot keeps of a tool: all that a client or a model can notice. */
export interface SnapshotTool {
  readonly name: string;
}

/** How {@link compareSnapshots} works. */
export interface SnapshotOptions {
  /** Writes what it found instead of comparing. */
  readonly isUpdate: boolean;
}

/**
 * Compares the tools of a server with the files `<tool>.json` in a folder, one line per difference: changed, new (no file) and gone (no
 * tool). A missing file is a difference, so that a new tool is always seen by whoever reviews the change.
 */
export async function compareSnapshots(folder: URL, tools: readonly SnapshotTool[], { isUpdate }: SnapshotOptions): Promise<string[]> {
  const path = fileURLToPath(folder);
  if (isUpdate) await mkdir(path, { recursive: true });
  const differences: string[] = [];
  for (const tool of tools) {
    const file = join(path, `${tool.name}.json`);
    const current = renderSnapshot(tool);
    if (isUpdate) await writeFile(file, current);
    else differences.push(...difference(tool.name, await readText(file), current));
  }
  const known = new Set(tools.map(({ name }) => `${name}.json`));
  for (const file of await listFolder(path)) if (!known.has(file)) differences.push(`${file} is the snapshot of no tool; remove it`);
  return differences;
}

/** The text of a snapshot: JSON with sorted keys, so that only a real change shows. */
export function renderSnapshot(tool: SnapshotTool): string {
  return `${JSON.stringify(sortKeys(tool), undefined, 2)}\n`;
}

/** Compares contents, not layout: a formatter may have been over the file. */
function difference(name: string, saved: string | undefined, current: string): string[] {
  if (saved === undefined) return [`${name} has no snapshot; UPDATE_SNAPSHOTS=1 writes it`];
  const before = relayout(saved);
  if (before === current) return [];
  const lines = before.split('\n');
  const at = current.split('\n').findIndex((text, index) => text !== lines[index]);
  const [was = '', is = ''] = [lines[at], current.split('\n')[at]];
  return [`${name} differs from its snapshot at line ${String(at + 1)}:\n  - ${was.trim()}\n  + ${is.trim()}`];
}

function relayout(saved: string): string {
  try {
    return `${JSON.stringify(sortKeys(JSON.parse(saved)), undefined, 2)}\n`;
  } catch (error) {
    if (error instanceof SyntaxError) return saved;
    throw error;
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sortKeys(child)]));
}

async function readText(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch(onlyMissing);
}

async function listFolder(path: string): Promise<string[]> {
  return (await readdir(path).catch(onlyMissing)) ?? [];
}

function onlyMissing(error: unknown): undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
