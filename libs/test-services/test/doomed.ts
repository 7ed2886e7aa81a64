/** A test process that will be killed: starts one of everything, prints what there is to find afterwards, and waits. */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { spawnProbe, startPostgres, startRedis } from '../src/index.ts';

const before = new Set(await readdir(tmpdir()));
const [postgres, redis, probe] = await Promise.all([startPostgres(), startRedis(), spawnProbe('sleep', ['300'])]);
if (process.argv[2] === 'paused') await postgres.pause();
const directories = (await readdir(tmpdir())).filter((name) => name.startsWith('trellis-test-') && !before.has(name));
console.log(JSON.stringify({ pids: [postgres.pid, redis.pid, probe.pid], directories }));
setInterval(() => undefined, 1_000);
