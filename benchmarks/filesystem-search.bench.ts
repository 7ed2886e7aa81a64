import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { openFilesystemSetting } from './filesystem-servers.ts';
import { fillTree, rareFiles, rareWord, timeCalls } from './filesystem-tree.ts';
import { measureInterleaved, type Variant } from './measure.ts';
import type { BenchReport } from './report.ts';

const runsPerRound = 5;
const app = createRequire(new URL('../apps/filesystem/package.json', import.meta.url));

/** Time of `search_text` over stdio against a process of ripgrep that does the same work. Needs `npm run build`. */
export async function run(rounds: number): Promise<BenchReport> {
  await using setting = await openFilesystemSetting();
  const { trellis, root } = setting;
  await fillTree(root);
  const { rgPath } = (await import(pathToFileURL(app.resolve('@vscode/ripgrep')).href)) as { rgPath: string };
  // What is shown is read again by descriptor, so that the size of a page counts.
  const search = (limit: number, name: string): Variant => {
    const found = Math.min(limit, rareFiles);
    const isWhole = (line: string): boolean => new Set(line.match(/part-\d+\/package-\d+\/file-42\.md/g)).size === found;
    return timeCalls({ ...trellis, name, call: { name: 'search_text', arguments: { pattern: rareWord, limit } }, isWhole });
  };
  const variants = [bareRipgrep(rgPath, root), search(50, 'Trellis, a page of 50'), search(1000, 'Trellis, all 200 matches')];
  return {
    title: 'Search 20,000 files for a text over stdio, beside ripgrep',
    unit: 'ms per call',
    measured: await measureInterleaved(variants, rounds),
    bound: 1.5,
  };
}

/** From spawn to the end of its output. */
function bareRipgrep(program: string, root: string): Variant {
  const args = ['--no-config', '--hidden', '--json', '--fixed-strings', '-e', rareWord, '--', './'];
  return {
    name: 'rg',
    async run() {
      const began = performance.now();
      for (let n = 0; n < runsPerRound; n += 1) {
        const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
        let bytes = 0;
        child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
        const [code] = (await once(child, 'close')) as [number | null];
        if (code !== 0 || bytes === 0) throw new Error(`rg ended with ${String(code)}`);
      }
      return (performance.now() - began) / runsPerRound;
    },
  };
}
