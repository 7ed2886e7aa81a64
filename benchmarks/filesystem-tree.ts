import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseClient, type StdioCommand, type ToolCall } from './database-client.ts';
import type { Variant } from './measure.ts';

/** A word that is in one of 100 files. */
export const rareWord = 'quicksilver';
/** How many files have it; as many have a name of their own kind. */
export const rareFiles = 200;

const folders = 200;
const filesPerFolder = 100;
const line = 'const value = compute(input, options); // as long as such lines are\n';

/** Fills a folder with 20,000 files of 1 KB, 100 to a folder and two folders deep; one of each 100 is Markdown and has the rare word. */
export async function fillTree(root: string): Promise<void> {
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(root, `part-${String(folder % 20)}`, `package-${String(folder)}`);
    await mkdir(path, { recursive: true });
    const files = Array.from({ length: filesPerFolder }, async (_, file) => {
      const isRare = file === 42;
      const text = line.repeat(15) + (isRare ? `${rareWord}\n` : '');
      await writeFile(join(path, `file-${String(file)}.${isRare ? 'md' : 'ts'}`), text);
    });
    await Promise.all(files);
  }
}

/** A call and how its answer is known to be whole. */
export interface TreeCall {
  readonly name: string;
  readonly command: StdioCommand;
  readonly call: ToolCall;
  readonly isWhole: (line: string) => boolean;
}

const callsPerRound = 5;

/** Wall time of one call on a warm server, in milliseconds; a process of its own each round. */
export function timeCalls({ name, command, call, isWhole }: TreeCall): Variant {
  return {
    name,
    async run() {
      await using client = await DatabaseClient.open(command);
      await client.call(call);
      let total = 0;
      for (let n = 0; n < callsPerRound; n += 1) {
        const began = performance.now();
        const answer = await client.call(call);
        total += answer.at - began;
        const text = answer.line.toString();
        if (!isWhole(text)) throw new Error(`${name} answered ${text.slice(0, 500)}`);
      }
      return total / callsPerRound;
    },
  };
}
