import { readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';

/** The package is for import, so how an old resolver or require() sees its types does not count. */
const ignoredResolutions = new Set<unknown>(['node10', 'node16-cjs']);

/** Checks with "Are the types wrong?" that importers see the right types of a packed library. */
export async function checkTypes(tarball: string): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(await readFile(tarball)));
  if (!result.types) return ['has no types'];
  return result.problems
    .filter((problem) => !('resolutionKind' in problem && ignoredResolutions.has(problem.resolutionKind)))
    .map((problem) => `types: ${problem.kind}${'entrypoint' in problem ? ` at ${problem.entrypoint}` : ''}`);
}
