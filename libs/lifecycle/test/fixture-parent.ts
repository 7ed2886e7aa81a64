/**
 * Stands between the tests and the fixture, to be killed. With `hold` another process keeps the fixture's stdin open, so that only its parent
 * is lost; with `inherit` the fixture has the standard streams of this process.
 */
import { spawn } from 'node:child_process';

const [stdin, ...args] = process.argv.slice(2);
if (stdin === 'hold') {
  const holder = spawn('sleep', ['30'], { stdio: ['ignore', 'pipe', 'ignore'] });
  spawn(process.execPath, args, { stdio: [holder.stdout, 'inherit', 'inherit'] });
} else {
  spawn(process.execPath, args, { stdio: 'inherit' });
}
