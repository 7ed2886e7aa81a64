import type { Manifest } from './repository.ts';

/**
 * Optional peers are large and wanted by few: who wants one installs it. A bundle holds one when it imports a library as a whole, by
 * `import()`, instead of a module that takes from it what it needs.
 *
 * @param included - Third-party packages in the bundle of the app.
 * @throws Error when one of them is an optional peer of a workspace package.
 */
export function refusePeers({ name }: Manifest, included: readonly string[], workspace: readonly Manifest[]): void {
  for (const { name: owner, peerDependenciesMeta = {} } of workspace) {
    const held = included.find((each) => peerDependenciesMeta[each]?.optional === true);
    if (held !== undefined) throw new Error(`The bundle of ${name} holds ${held}, an optional peer of ${owner}: import less of that.`);
  }
}
