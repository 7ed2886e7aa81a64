import { join } from 'node:path';
import { isApp, readManifest, repositoryRoot, type Manifest, type Package } from './repository.ts';
import { runProgram } from './run-program.ts';
import { stagingFolder } from './stage-app.ts';

/** A packed package. */
export interface Tarball {
  folder: string;
  /** As packed; for apps the reduced one. */
  manifest: Manifest;
  /** Absolute path of the .tgz. */
  file: string;
  /** Paths inside, with `/`. */
  contents: string[];
}

interface PackReport {
  name: string;
  filename: string;
  files: { path: string }[];
}

/** Packs built packages with npm into `destination`, private ones too: tests of a copied app need them. */
export async function packAll(packages: readonly Package[], destination: string): Promise<Tarball[]> {
  const folders = packages.map((one) => (isApp(one) ? `${one.folder}/${stagingFolder}` : one.folder));
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination, ...folders.map((folder) => `./${folder}`)];
  const reports = JSON.parse(await runProgram('npm', args)) as PackReport[] | Record<string, PackReport>;
  return Promise.all(
    Object.values(reports).map(async (report) => {
      const index = packages.findIndex(({ manifest }) => manifest.name === report.name);
      const folder = folders[index];
      if (folder === undefined) throw new Error(`npm packed ${report.name}, which nobody asked for.`);
      const manifest = await readManifest(join(repositoryRoot, folder));
      return {
        folder: packages[index]?.folder ?? folder,
        manifest,
        file: join(destination, report.filename),
        contents: report.files.map(({ path }) => path),
      };
    }),
  );
}
