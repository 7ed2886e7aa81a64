import { readNames } from '../trash/read-names.ts';

/** What this process is about to do, for the next one to clean up after a kill. */
export type JournalNote =
  /** There may be temporary files in a folder. */
  | { readonly kind: 'folder'; readonly names: readonly string[] }
  /** A file may have two names: the second is meant, the first is to go. */
  | { readonly kind: 'move'; readonly from: readonly string[]; readonly to: readonly string[] }
  /** As `move`, out of the trash. */
  | { readonly kind: 'restore'; readonly trashId: string; readonly to: readonly string[] };

/** Reads what `JSON.stringify` made of a note; nothing for what this server cannot have written. */
export function readNote(json: string): JournalNote | undefined {
  const value = parse(json);
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  if (value.kind === 'folder' && 'names' in value) {
    const names = readNames(value.names);
    return names && { kind: 'folder', names };
  }
  const to = 'to' in value ? readNames(value.to) : undefined;
  if (to === undefined) return undefined;
  if (value.kind === 'restore' && 'trashId' in value && typeof value.trashId === 'string')
    return { kind: 'restore', trashId: value.trashId, to };
  const from = value.kind === 'move' && 'from' in value ? readNames(value.from) : undefined;
  return from && { kind: 'move', from, to };
}

/** Reads lines that begin with `+` for a note, and with `-` for one that was taken back; what is left is open. */
export function readOpenNotes(text: string): readonly JournalNote[] {
  const open = new Set<string>();
  // A kill can leave half of a line at the end.
  for (const line of text.split('\n').slice(0, -1)) {
    if (line.startsWith('+')) open.add(line.slice(1));
    else open.delete(line.slice(1));
  }
  return [...open].flatMap((json) => readNote(json) ?? []);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
