/** Starts a long-running child, prints its id, and waits for its own end. */
import { spawn } from 'node:child_process';

const child = spawn('sleep', ['300'], { stdio: 'ignore' });
console.log(child.pid);
setInterval(() => undefined, 1_000);
