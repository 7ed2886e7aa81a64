import { openFilesystemSetting } from './filesystem-servers.ts';
import { fillTree, rareFiles, timeCalls } from './filesystem-tree.ts';
import { measureInterleaved } from './measure.ts';
import type { BenchResult } from './report.ts';

const title = 'Find 200 of 20,000 files by name over stdio, beside the official server';

/** Time of `find_files` against `search_files` of the official server on the same folder. Needs `npm run build`. */
export async function run(rounds: number): Promise<BenchResult> {
  await using setting = await openFilesystemSetting();
  const { official, trellis, root } = setting;
  if ('missing' in official) return { title, missing: official.missing };
  await fillTree(root);
  const hasAll = (line: string): boolean => new Set(line.match(/part-\d+\/package-\d+\/file-42\.md/g)).size === rareFiles;
  const ours = { name: 'find_files', arguments: { glob: '**/*.md', limit: 1000 } };
  const theirs = { name: 'search_files', arguments: { path: root, pattern: '**/*.md' } };
  const variants = [timeCalls({ ...official, call: theirs, isWhole: hasAll }), timeCalls({ ...trellis, call: ours, isWhole: hasAll })];
  return { title, unit: 'ms per call', measured: await measureInterleaved(variants, rounds), bound: 0.1 };
}
