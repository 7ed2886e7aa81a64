import { spawnSync } from 'node:child_process';
import { repositoryRoot } from './repository-root.ts';
import { jestFlags } from './steps.ts';

/** `npm run test:only [-- paths]`: the tests below a path, started as the gate starts them. */
const args = [...jestFlags, ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: repositoryRoot, stdio: 'inherit' }).status ?? 1;
