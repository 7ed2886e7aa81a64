import { access, constants } from 'node:fs/promises';

/** Which program searches, and why not ripgrep. */
export type FoundRipgrep = { readonly program: string } | { readonly missing: string };

/** Looks for the program in the optional package; nothing is looked up in `PATH`. */
export async function findRipgrep(): Promise<FoundRipgrep> {
  let program: string;
  try {
    ({ rgPath: program } = await import('@vscode/ripgrep'));
  } catch {
    return { missing: `the package @vscode/ripgrep has no program for ${process.platform}-${process.arch}` };
  }
  try {
    await access(program, constants.X_OK);
    return { program };
  } catch {
    return { missing: 'the program of @vscode/ripgrep may not be run' };
  }
}
