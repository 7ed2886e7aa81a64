import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startProgram, stopProgram } from './bench-process.ts';
import { DatabaseClient, type Answer } from './database-client.ts';
import type { DatabaseServer } from './database-servers.ts';
import { nameOf, pickKey } from './database-table.ts';
import { joinRounds, measureInterleaved, median, type Measured } from './measure.ts';

/** A process that is asked for rows, one turn after the other. */
export interface Load extends AsyncDisposable {
  readonly name: string;
  /** Makes so many calls. @returns Their cost, in microseconds. */
  readonly turn: (calls: number) => Promise<number>;
}

/** Calls without an answer at any time, when they are not made one after the other. */
const inFlight = 16;
/** Calls until V8 has compiled what it will: its threads are busy with that as long as the calls keep the first one busy. */
const warmUpCalls = 20_000;
/** Short turns of all, close to each other, see the same machine. */
const turnCalls = 300;
const turns = 20;
/** A set of new processes has many turns; what V8 makes of the same code differs a little from set to set. */
const roundsPerSet = 4;

/** Measures loads beside each other, in sets of new processes; each is warmed up with calls like those that count. */
export async function measureTurns(opened: readonly (() => Promise<Load>)[], rounds: number): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let set = 0; set < rounds / roundsPerSet; set += 1) measured.push(...(await measureSet(opened)));
  return joinRounds(measured);
}

async function measureSet(opened: readonly (() => Promise<Load>)[]): Promise<Measured[]> {
  const loads: Load[] = [];
  try {
    for (const open of opened) loads.push(await open());
    for (const load of loads) await load.turn(warmUpCalls);
    return await measureInterleaved(
      loads.map(({ name, turn }) => ({ name, run: () => turn(turnCalls) })),
      turns,
    );
  } finally {
    await Promise.all(loads.map((load) => load[Symbol.asyncDispose]()));
  }
}

/** Looks up one row after the other; the cost is the median. */
export async function openSequentialLookups(server: DatabaseServer): Promise<Load> {
  let n = 0;
  return openLookups(server, async (client, calls) => {
    const times: number[] = [];
    for (const end = n + calls; n < end; n += 1) {
      const began = performance.now();
      const { at } = await lookUp(client, server, n);
      times.push(at - began);
    }
    return median(times) * 1_000;
  });
}

/** Looks up 16 rows at a time; the cost is the time per row. */
export async function openParallelLookups(server: DatabaseServer): Promise<Load> {
  let n = 0;
  return openLookups(server, async (client, calls) => {
    const end = n + calls;
    const work = async (): Promise<void> => {
      while (n < end) {
        n += 1;
        await lookUp(client, server, n);
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: inFlight }, work));
    return ((performance.now() - began) * 1_000) / calls;
  });
}

/** `pg` itself in a process of its own, `servers/raw-pg.ts`; the cost is the median. */
export async function openRawPg(name: string, url: URL, mode: 'key' | 'page'): Promise<Load> {
  const script = new URL('./servers/raw-pg.ts', import.meta.url);
  const child = startProgram({ script, args: [mode], env: { BENCH_DATABASE_URL: url.href } });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('raw pg has no stdin or stdout');
  const lines = createInterface({ input: stdout });
  const ended = once(lines, 'close');
  return {
    name,
    async turn(calls) {
      const answered = once(lines, 'line');
      stdin.write(`${String(calls)}\n`);
      const [line] = (await Promise.race([answered, ended])) as [string | undefined];
      if (line === undefined) throw new Error('raw pg ended');
      return Number(line);
    },
    [Symbol.asyncDispose]: () => stopProgram(child),
  };
}

async function openLookups(server: DatabaseServer, run: (client: DatabaseClient, calls: number) => Promise<number>): Promise<Load> {
  const client = await DatabaseClient.open(server.command);
  return { name: server.name, turn: (calls) => run(client, calls), [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** Every answer is checked: it must hold the one row. */
async function lookUp(client: DatabaseClient, server: DatabaseServer, n: number): Promise<Answer> {
  const key = pickKey(n);
  const answer = await client.call(server.lookUp(key));
  if (!answer.line.includes(nameOf(key))) throw new Error(`${server.name}: ${answer.line.toString().slice(0, 500)}`);
  return answer;
}
