import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { formatFiles, generateFiles, installPackagesTask, type GeneratorCallback, type Tree } from '@nx/devkit';
import { addProjectReference, nameForms, readVersion, requireFreeFolder } from '../project-files.ts';

/** Answers of `nx g @trellis-mcp/tool-workspace:server`. */
export interface ServerOptions {
  name: string;
  /** Default: one more than the highest of the other servers. */
  port?: number;
  /** Default: a sentence to replace. */
  description?: string;
  /** Default true. */
  install?: boolean;
}

/** The ports of the four servers of this repository; new servers come after them. */
const lastTakenPort = 3104;

/** Writes a server with one tool that passes the contract as it stands. */
export async function generateServer(tree: Tree, options: ServerOptions): Promise<GeneratorCallback> {
  const { name, port = nextPort(tree), description = `The ${name.replaceAll('-', ' ')} server of Trellis.`, install = true } = options;
  const root = `apps/${name}`;
  const launcher = `${root}/bin/trellis-${name}.cjs`;
  requireFreeFolder(tree, root);
  generateFiles(tree, join(import.meta.dirname, 'files'), root, { ...nameForms(name), port, description, version: readVersion(tree) });
  tree.write(launcher, tree.read('tools/packages/src/launcher.cjs') ?? '');
  addProjectReference(tree, root);
  await formatFiles(tree);
  return () => {
    chmodSync(join(tree.root, launcher), 0o755);
    if (install) installPackagesTask(tree, true);
  };
}

function nextPort(tree: Tree): number {
  const ports = tree.children('apps').map((app) => /const port = (\d+)/.exec(tree.read(`apps/${app}/src/config.ts`, 'utf8') ?? '')?.[1]);
  return Math.max(lastTakenPort, ...ports.map((port) => Number(port ?? 0))) + 1;
}
