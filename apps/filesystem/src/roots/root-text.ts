import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

/** A name that a path of a tool can start with: no separator, nothing that a shell or a person takes for a path. */
const namePattern = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})=(.+)$/s;

/** A folder of the configuration. */
export interface RootText {
  /** Absent: made of the last part of the path. */
  readonly name: string | undefined;
  /** Absolute; nothing was looked up on the disk. */
  readonly path: string;
}

/** Reads `name=path` or a path; `~` is the home folder, and relative paths start at the working directory. */
export function parseRootText(text: string): RootText {
  const named = namePattern.exec(text);
  const path = named?.[2] ?? text;
  const isHome = path === '~' || path.startsWith('~/') || path.startsWith('~\\');
  return { name: named?.[1], path: resolve(isHome ? `${homedir()}/${path.slice(1)}` : path) };
}

/** A root of the configuration; its path becomes absolute, so that a configuration means the same wherever it is printed for. */
export const rootText = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must be a path without NUL characters')
  .transform((text) => {
    const { name, path } = parseRootText(text);
    return name === undefined ? path : `${name}=${path}`;
  });
