import { once } from 'node:events';
import { startProgram } from './bench-process.ts';
import { DatabaseClient, type Answer } from './database-client.ts';
import type { DatabaseServer } from './database-servers.ts';
import { nameOf, pickKey } from './database-table.ts';
import { median, type Variant } from './measure.ts';

/** How many calls a round makes. */
interface CallCounts {
  /** Not counted, {@link inFlight} at a time. */
  readonly warmUp: number;
  readonly counted: number;
}

/** Calls without an answer at any time, when they are not made one after the other. */
const inFlight = 16;

/** One round on a fresh process: the median of one lookup after the other, in microseconds. */
export function sequentialLookups(server: DatabaseServer, { warmUp, counted }: CallCounts): Variant {
  return {
    name: server.name,
    async run() {
      await using client = await DatabaseClient.open(server.command);
      await lookUpMany(client, server, warmUp);
      const times: number[] = [];
      for (let n = 0; n < counted; n += 1) {
        const began = performance.now();
        const { at } = await lookUp(client, server, n);
        times.push(at - began);
      }
      return median(times) * 1_000;
    },
  };
}

/** One round on a fresh process: microseconds per lookup with 16 in flight. */
export function parallelLookups(server: DatabaseServer, { warmUp, counted }: CallCounts): Variant {
  return {
    name: server.name,
    async run() {
      await using client = await DatabaseClient.open(server.command);
      await lookUpMany(client, server, warmUp);
      const began = performance.now();
      await lookUpMany(client, server, counted);
      return ((performance.now() - began) * 1_000) / counted;
    },
  };
}

/** One round in a fresh process that calls `pg` itself: what `servers/raw-pg.ts` measured, in microseconds. */
export function rawPg(name: string, url: URL, args: readonly string[]): Variant {
  return {
    name,
    async run() {
      const child = startProgram({ script: new URL('./servers/raw-pg.ts', import.meta.url), args, env: { BENCH_DATABASE_URL: url.href } });
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`raw pg ended with ${String(code)}`);
      return Number(text);
    },
  };
}

async function lookUpMany(client: DatabaseClient, server: DatabaseServer, count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await lookUp(client, server, next);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

/** Every answer is checked: it must hold the one row. */
async function lookUp(client: DatabaseClient, server: DatabaseServer, n: number): Promise<Answer> {
  const key = pickKey(n);
  const answer = await client.call(server.lookUp(key));
  if (!answer.line.includes(nameOf(key))) throw new Error(`${server.name}: ${answer.line.toString().slice(0, 500)}`);
  return answer;
}
