import { names, readJson, updateJson, type Tree } from '@nx/devkit';

/** Spellings of a kebab-case name. */
export interface NameForms {
  name: string;
  camelName: string;
  pascalName: string;
  snakeName: string;
  /** Words with a capital first letter. */
  title: string;
}

/** All spellings of `name` that templates need. */
export function nameForms(name: string): NameForms {
  const { propertyName, className, fileName } = names(name);
  const words = fileName.replaceAll('-', ' ');
  return {
    name: fileName,
    camelName: propertyName,
    pascalName: className,
    snakeName: fileName.replaceAll('-', '_'),
    title: words.charAt(0).toUpperCase() + words.slice(1),
  };
}

/** The one version of all packages. */
export function readVersion(tree: Tree): string {
  return readJson<{ version: string }>(tree, 'package.json').version;
}

/** Adds a project to the solution file, in alphabetical order. */
export function addProjectReference(tree: Tree, root: string): void {
  updateJson<{ references: { path: string }[] }>(tree, 'tsconfig.json', (solution) => ({
    ...solution,
    references: [...solution.references, { path: `./${root}` }].sort((a, b) => a.path.localeCompare(b.path)),
  }));
}

/** Refuses to write over something that exists. */
export function requireFreeFolder(tree: Tree, root: string): void {
  if (tree.exists(root)) throw new Error(`${root} exists already.`);
}
