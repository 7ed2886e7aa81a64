import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderSettingsTable } from '@trellis-mcp/config';
import { format, resolveConfig } from 'prettier';
import { renderToolsTable, type ToolFacts } from './docs/render-tools-table.ts';
import { replacePart } from './docs/replace-part.ts';
import { repositoryRoot } from './repository-root.ts';
import { findServers, type ServerSource } from './start/find-servers.ts';

interface DocumentedApp {
  settings: Parameters<typeof renderSettingsTable>[0];
  tools?: readonly ToolFacts[] | (() => unknown);
}

/**
 * `npm run docs`: writes the generated parts of the servers' README files, between `<!-- settings:start -->` and its end and
 * `<!-- tools:start -->` and its end. With `--check` it only says which files are not up to date.
 */
const isCheck = process.argv.includes('--check');
for (const server of await findServers(join(repositoryRoot, 'apps'))) {
  const file = join(server.main, '../../README.md');
  const problem = await updateReadme(server, file);
  if (problem === undefined) continue;
  process.stdout.write(`${relative(repositoryRoot, file)} ${problem}\n`);
  process.exitCode = 1;
}

/** Returns what is wrong with the file, if anything. */
async function updateReadme({ main }: ServerSource, file: string): Promise<string | undefined> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error.code);
  if (before === 'ENOENT') return 'is missing';
  if (before?.includes('<!-- settings:start -->') !== true) return 'has no <!-- settings:start --> ... <!-- settings:end -->';
  const { app } = (await import(pathToFileURL(join(main, '../app.ts')).href)) as { app: DocumentedApp };
  let text = replacePart(before, 'settings', renderSettingsTable(app.settings));
  if (Array.isArray(app.tools)) text = replacePart(text, 'tools', renderToolsTable(app.tools));
  const after = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (after === before) return undefined;
  if (isCheck) return 'is not up to date: npm run docs';
  await writeFile(file, after);
  process.stdout.write(`wrote ${relative(repositoryRoot, file)}\n`);
  return undefined;
}
