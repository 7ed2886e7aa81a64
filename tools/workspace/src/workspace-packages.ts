import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The fields of package.json that the repository's own checks read. */
export interface PackageManifest {
  name: string;
  version: string;
  private?: boolean;
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  nx?: { tags?: readonly string[] };
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Folder, relative to the repository, with `/`. */
  folder: string;
  manifest: PackageManifest;
}

/** Reads every workspace package below `root`, sorted by folder. */
export function readWorkspacePackages(root: string): WorkspacePackage[] {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
  const files = workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }));
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as PackageManifest }));
}
