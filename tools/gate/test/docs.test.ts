import { access, glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { repositoryRoot } from '../src/repository-root.ts';

const patterns = ['*.md', 'docs/**/*.md', '{libs,apps,tools}/*/*.md'];
const pages: string[] = [];
for (const pattern of patterns) for await (const file of glob(pattern, { cwd: repositoryRoot })) pages.push(file);
const read = (page: string): Promise<string> => readFile(join(repositoryRoot, page), 'utf8');

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

it.each([
  ['README.md', 120],
  ['AGENTS.md', 80],
])('keeps %s within %i lines', async (page, max) => {
  expect((await read(page)).trimEnd().split('\n').length).toBeLessThanOrEqual(max);
});

it('keeps every decision within 60 lines, numbered once, and in the index', async () => {
  const decisions = pages.filter((page) => /adr\/\d/.test(page));
  const numbers = decisions.map((page) => /\d{4}/.exec(page)?.[0]);
  expect(new Set(numbers).size).toBe(numbers.length);
  const index = await read('docs/adr/README.md');
  for (const page of decisions) {
    expect([page, (await read(page)).trimEnd().split('\n').length <= 60]).toEqual([page, true]);
    expect(index).toContain(`(${page.replace(/^docs.adr./, '')})`);
  }
});

it.each(pages)('links from %s only to what exists', async (page) => {
  const text = (await read(page)).replaceAll(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
  const missing: string[] = [];
  for (const target of targets) if (!(await isThere(join(repositoryRoot, dirname(page), target)))) missing.push(target);
  expect(missing).toEqual([]);
});
