import { isAppError } from '@trellis-mcp/errors';
import type { DoctorFinding } from '@trellis-mcp/server';
import type { Config } from './config.ts';
import { openDirectory } from './descriptor/open-directory.ts';
import { openRoots, type Roots } from './roots/open-roots.ts';
import type { Root } from './roots/root.ts';
import { examineSearch } from './search/examine-search.ts';

/** Looks at the roots: whether they are there, may be read, and what protects them. */
export async function examine(config: Config): Promise<readonly DoctorFinding[]> {
  return [...(await examineRoots(config)), await examineSearch()];
}

async function examineRoots(config: Config): Promise<readonly DoctorFinding[]> {
  if (config.root.length === 0) return [{ name: 'roots', level: 'ok', text: 'none: a sample project in a temporary folder' }];
  try {
    const roots = await openRoots({ texts: config.root, writable: config.write, exclude: config.exclude });
    return (await Promise.all(roots.list().map(async (root) => examineRoot(root, roots)))).flat();
  } catch (error) {
    if (!isAppError(error)) throw error;
    const text = [error.message, error.hint ?? ''].join(' ').trim();
    return [{ name: 'roots', level: 'problem', text, exit: 78 }];
  }
}

async function examineRoot(root: Root, roots: Roots): Promise<readonly DoctorFinding[]> {
  const name = `root ${root.name}`;
  try {
    await using directory = await openDirectory(roots.locate(root.path));
    const what = `${directory.located.root.path}, ${root.writable ? 'may be changed' : 'read only'}`;
    return [{ name, level: 'ok', text: what }, guaranteeOf(root), ...nestingOf(root, roots)];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return [{ name, level: 'problem', text: [error.message, error.hint ?? ''].join(' ').trim(), exit: 78 }];
  }
}

function guaranteeOf({ name, guarantee }: Root): DoctorFinding {
  return guarantee === 'descriptor'
    ? { name: `guarantee ${name}`, level: 'ok', text: 'descriptor: only what was opened and judged is used' }
    : {
        name: `guarantee ${name}`,
        level: 'warning',
        text: 'best-effort: this system does not say where an open file is, so whoever swaps folders at the right moment can lead a read outside.',
      };
}

function nestingOf(root: Root, roots: Roots): readonly DoctorFinding[] {
  const outer = roots.list().find((other) => other !== root && root.path.startsWith(`${other.path}/`));
  if (outer === undefined) return [];
  return [{ name: `root ${root.name}`, level: 'warning', text: `It lies in the root ${outer.name}, so that its files have two paths.` }];
}
