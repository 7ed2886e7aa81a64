import { spawnSync } from 'node:child_process';
import { repositoryRoot } from './repository-root.ts';

/**
 * `npm run lint [-- paths]`. Computes the Nx project graph first: without a cached graph the boundary rule switches itself off in silence,
 * which is what happens in every fresh clone.
 */
const graph = spawnSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', 'show', 'projects'], {
  cwd: repositoryRoot,
  encoding: 'utf8',
  env: { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
});
if (graph.status === 0) {
  const args = ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '--no-warn-ignored', ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { cwd: repositoryRoot, stdio: 'inherit' }).status ?? 1;
} else {
  process.stderr.write(`The project graph cannot be computed, so the boundaries cannot be checked.\n${graph.stdout}${graph.stderr}`);
  process.exitCode = 1;
}
