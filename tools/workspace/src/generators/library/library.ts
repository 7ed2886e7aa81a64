import { join } from 'node:path';
import { formatFiles, generateFiles, installPackagesTask, type GeneratorCallback, type Tree } from '@nx/devkit';
import { addProjectReference, nameForms, readVersion, requireFreeFolder } from '../project-files.ts';

/** Answers of `nx g @trellis-mcp/tool-workspace:library`. */
export interface LibraryOptions {
  name: string;
  floor: number;
  /** Default: a sentence to replace. */
  description?: string;
  /** Default true. */
  install?: boolean;
}

/** Writes a library that is clean in every check as it stands. */
export async function generateLibrary(
  tree: Tree,
  { name, floor, description, install = true }: LibraryOptions,
): Promise<GeneratorCallback> {
  const root = `libs/${name}`;
  requireFreeFolder(tree, root);
  const sentence = description ?? `The ${name.replaceAll('-', ' ')} library of Trellis.`;
  generateFiles(tree, join(import.meta.dirname, 'files'), root, {
    ...nameForms(name),
    floor,
    description: sentence,
    version: readVersion(tree),
  });
  addProjectReference(tree, root);
  await formatFiles(tree);
  return () => {
    if (install) installPackagesTask(tree, true);
  };
}
