import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderSettingsTable } from '@trellis-mcp/config';
import { format, resolveConfig } from 'prettier';
import { renderToolsTable, type ToolFacts } from './docs/render-tools-table.ts';
import { replacePart } from './docs/replace-part.ts';
import { repositoryRoot } from './repository-root.ts';
import { findServers, type ServerSource } from './start/find-servers.ts';

/**
 * `npm run docs`: writes the generated parts of the servers' README files, between `<!-- settings:start -->` and its end and
 * `<!-- tools:start -->` and its end. With `--check` it only says which files are not up to date.
 */
const isCheck = process.argv.includes('--check');
for (const server of await findServers(join(repositoryRoot, 'apps'))) await updateReadme(server);

async function updateReadme({ main }: ServerSource): Promise<void> {
  const file = join(main, '../../README.md');
  const { app } = (await import(pathToFileURL(join(main, '../app.ts')).href)) as {
    app: { settings: Parameters<typeof renderSettingsTable>[0]; tools?: readonly ToolFacts[] | (() => unknown) };
  };
  const before = await readFile(file, 'utf8');
  let text = replacePart(before, 'settings', renderSettingsTable(app.settings));
  if (Array.isArray(app.tools)) text = replacePart(text, 'tools', renderToolsTable(app.tools));
  const after = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (after === before) return;
  const name = relative(repositoryRoot, file);
  if (isCheck) {
    process.stdout.write(`${name} is not up to date: npm run docs\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, after);
    process.stdout.write(`wrote ${name}\n`);
  }
}
