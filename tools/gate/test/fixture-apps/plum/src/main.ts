import { setTimeout as sleep } from 'node:timers/promises';

/** Stands for a server that takes its time to find that its port is taken. */
await sleep(600);
process.stderr.write('plum: the port is taken; choose another with --port.\n');
process.exitCode = 69;
