import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isApp, readPackages, repositoryRoot } from './repository.ts';
import { runProgram } from './run-program.ts';
import { stageApp } from './stage-app.ts';

/** `npm run build [-- folders]`: libraries with tsc into dist, apps into one minified file each; nothing else needs a build. */
const packages = await readPackages();
const wanted = process.argv.slice(2);
const chosen = packages.filter(({ folder }) => wanted.length === 0 || wanted.includes(folder));
const manifests = packages.map(({ manifest }) => manifest);
const libraries = chosen.filter((one) => !isApp(one));

if (libraries.length > 0) {
  await runProgram(process.execPath, [
    'node_modules/typescript-7/bin/tsc',
    '-b',
    ...libraries.map(({ folder }) => `${folder}/tsconfig.lib.json`),
  ]);
  for (const { folder } of libraries) await copyFile(join(repositoryRoot, 'LICENSE'), join(repositoryRoot, folder, 'LICENSE'));
}
for (const app of chosen.filter(isApp)) {
  const { sizes } = await stageApp(app, manifests);
  for (const [file, bytes] of Object.entries(sizes)) process.stdout.write(`${app.folder}/dist/${file}  ${(bytes / 1024).toFixed(0)} KiB\n`);
}
