import { readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { WorkspacePackage } from './workspace-packages.ts';

interface Reference {
  path: string;
}

/** A TypeScript project file whose references do not follow package.json. */
export interface ReferenceDrift {
  /** Project file, relative to the repository. */
  file: string;
  expected: readonly Reference[];
  actual: readonly Reference[];
}

/** Compares the references of every project file, and of the solution file, with the dependencies in package.json. */
export function findReferenceDrift(root: string, packages: readonly WorkspacePackage[]): ReferenceDrift[] {
  const solution = packages.map(({ folder }) => ({ path: `./${folder}` }));
  const wanted: [string, Reference[]][] = [['tsconfig.json', solution], ...packages.flatMap((one) => projectReferences(one, packages))];
  return wanted
    .map(([file, expected]) => ({ file, expected, actual: readProject(root, file).references ?? [] }))
    .filter(({ file, expected, actual }) => targets(file, expected) !== targets(file, actual));
}

/** Writes the expected references. */
export function repairReferences(root: string, drift: readonly ReferenceDrift[]): void {
  for (const { file, expected } of drift) {
    writeFileSync(join(root, file), `${JSON.stringify({ ...readProject(root, file), references: expected }, null, 2)}\n`);
  }
}

function projectReferences({ folder, manifest }: WorkspacePackage, packages: readonly WorkspacePackage[]): [string, Reference[]][] {
  const { dependencies, devDependencies, peerDependencies } = manifest;
  const shipped = { ...dependencies, ...peerDependencies };
  const up = '../'.repeat(folder.split('/').length);
  const toReferences = (names: object): Reference[] =>
    packages.filter(({ manifest: { name } }) => name in names).map((one) => ({ path: `${up}${one.folder}/tsconfig.lib.json` }));
  return [
    [`${folder}/tsconfig.lib.json`, toReferences(shipped)],
    [`${folder}/tsconfig.spec.json`, [{ path: './tsconfig.lib.json' }, ...toReferences({ ...shipped, ...devDependencies })]],
  ];
}

function readProject(root: string, file: string): { references?: Reference[] } {
  return JSON.parse(readFileSync(join(root, file), 'utf8')) as { references?: Reference[] };
}

function targets(file: string, references: readonly Reference[]): string {
  return references
    .map(({ path }) => posix.join(posix.dirname(file), path))
    .sort()
    .join();
}
