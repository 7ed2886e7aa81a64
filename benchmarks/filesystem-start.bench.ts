import { DatabaseClient } from './database-client.ts';
import { type FilesystemServer, openFilesystemSetting } from './filesystem-servers.ts';
import { measureInterleaved, type Variant } from './measure.ts';
import type { BenchResult } from './report.ts';

const title = 'Cold start of the filesystem server, beside the official one';
/** Each start beside one of the other server, so that both see the same machine. */
const startsPerRound = 5;

/** Spawn to first `tools/list` of the bundled filesystem server, against the official one. Needs `npm run build`. */
export async function run(rounds: number): Promise<BenchResult> {
  await using setting = await openFilesystemSetting();
  const { official, trellis } = setting;
  if ('missing' in official) return { title, missing: official.missing };
  const measured = await measureInterleaved([starts(official), starts(trellis)], rounds * startsPerRound);
  return { title, unit: 'ms to the first tools/list', measured, bound: 0.6 };
}

function starts({ name, command }: FilesystemServer): Variant {
  return {
    name,
    async run() {
      const began = performance.now();
      await using client = await DatabaseClient.open(command);
      const { at } = await client.listTools();
      return at - began;
    },
  };
}
