import type { Manifest } from './repository.ts';

/** What {@link checkContents} judges. */
export interface PackedPackage {
  manifest: Manifest;
  /** Paths inside the tarball. */
  contents: readonly string[];
}

const required = ['package.json', 'README.md', 'LICENSE'];
const unwanted: [RegExp, string][] = [
  [/(^|\/)(test|tests|spec|__tests__|fixtures?)\//, 'a test folder'],
  [/\.(test|spec|bench)\./, 'a test'],
  [/(?<!\.d)\.[mc]?ts$/, 'TypeScript source'],
  [/\.tsbuildinfo$|(^|\/)tsconfig/, 'compiler state'],
  [/(^|\/)\.(env|git|nx)/, 'a dot file'],
];
const range = /^(\^|~)?\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Lists what is wrong with the contents and the dependencies of a packed package. */
export function checkContents({ manifest, contents }: PackedPackage, workspace: readonly Manifest[]): string[] {
  const files = new Set(contents);
  const missing = [...required, ...Object.values(manifest.bin ?? {}).map((file) => file.replace(/^\.\//, ''))];
  return [
    ...missing.filter((file) => !files.has(file)).map((file) => `${file} is missing`),
    ...contents.flatMap((file) => unwanted.filter(([pattern]) => pattern.test(file)).map(([, what]) => `${file} is ${what}`)),
    ...checkDependencies(manifest, workspace),
  ];
}

function checkDependencies(manifest: Manifest, workspace: readonly Manifest[]): string[] {
  const own = new Map(workspace.map((one) => [one.name, one]));
  return Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies }).flatMap(([name, wanted]) => {
    const target = own.get(name);
    if (target?.private) return [`depends on ${name}, which is not published`];
    if (target && wanted !== `^${target.version}`) return [`wants ${name} ${wanted} instead of ^${target.version}`];
    return range.test(wanted) ? [] : [`wants ${name} ${wanted}, which is no range people can install`];
  });
}
