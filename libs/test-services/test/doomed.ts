/** A test process that will be killed: starts one of everything, prints what there is to find afterwards, and waits. Linux only. */
import { readlink } from 'node:fs/promises';
import { spawnProbe, startPostgres, startRedis } from '../src/index.ts';

const [postgres, redis, probe] = await Promise.all([startPostgres(), startRedis(), spawnProbe('sleep', ['300'])]);
if (process.argv[2] === 'paused') await postgres.pause();
// Others make such directories at the same time: these are of the services above, which work in theirs.
const places = await Promise.all([postgres, redis].map(({ pid }) => readlink(`/proc/${String(pid)}/cwd`)));
const directories = places.flatMap((place) => /trellis-test-[^/]+/.exec(place) ?? []);
console.log(JSON.stringify({ pids: [postgres.pid, redis.pid, probe.pid], directories }));
setInterval(() => undefined, 1_000);
