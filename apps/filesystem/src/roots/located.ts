import type { Area } from './narrowing.ts';
import type { Root } from './root.ts';

/** A caller's path after the lexical gate. Nothing was opened yet; the names are used as they came, byte for byte. */
export interface Located {
  readonly root: Root;
  /** From the root on; empty for the root itself. Never '', '.', '..'; no NUL, no separator, no name of this server's own. */
  readonly names: readonly string[];
  /** The path as callers read it and may send it again. */
  readonly shown: string;
  /** What the client's roots leave of this root. Absent: all of it. */
  readonly area?: Area;
}

/** The entry `name` of a folder. The name comes from the folder itself, or went through the gate. */
export function locateEntry(directory: Located, name: string): Located {
  const { names, shown } = directory;
  return { ...directory, names: [...names, name], shown: shown === '.' ? name : `${shown}/${name}` };
}

/** The path in a sentence: quoted, on one line, cut. */
export function quote({ shown }: Pick<Located, 'shown'>): string {
  return quoteText(shown);
}

/** Any text of a caller or a disk in a sentence. */
export function quoteText(text: string): string {
  // What ends a line, turns its direction or cannot be seen; JSON escapes only some of it.
  const hidden = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu;
  const cut = text.length > 300 ? `${text.slice(0, 150)}…${text.slice(-149)}` : text;
  return JSON.stringify(cut.toWellFormed()).replace(hidden, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A name is never two lines, nor another name than it seems: what cannot be seen is escaped, and then the line is quoted. */
export function toLine(text: string): string {
  return /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? quoteText(text) : text;
}
