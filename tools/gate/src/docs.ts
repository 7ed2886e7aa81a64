import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderSettingsTable } from '@trellis-mcp/config';
import { commonSettings } from '@trellis-mcp/server';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { renderToolsTable, type ToolFacts } from './docs/render-tools-table.ts';
import { replacePart } from './docs/replace-part.ts';
import { repositoryRoot } from './repository-root.ts';
import { findServers, type ServerSource } from './start/find-servers.ts';

interface DocumentedApp {
  settings: z.ZodObject;
}

/**
 * `npm run docs`: writes what is generated in pages: the settings that all servers share (docs/reference/settings.md), and in the README of
 * each server its own settings and its tools, between `<!-- settings:start -->` and `<!-- settings:end -->` (`tools` alike).
 * With `--check` it only says which pages are not up to date.
 */
const isCheck = process.argv.includes('--check');
const common = commonSettings({ port: 3101 });

await update('docs/reference/settings.md', { settings: renderSettingsTable(z.object(common)) });
for (const server of await findServers(join(repositoryRoot, 'apps'))) {
  await update(relative(repositoryRoot, join(server.main, '../../README.md')), await describeServer(server));
}

async function describeServer({ main }: ServerSource): Promise<Record<string, string>> {
  const { app } = (await importBeside(main, 'app.ts')) as { app: DocumentedApp };
  // The whole list: what `app.tools` offers may depend on the configuration.
  const { tools } = (await importBeside(main, 'tools/index.ts')) as { tools: readonly ToolFacts[] };
  const own = Object.entries(app.settings.shape).filter(([key]) => !(key in common));
  const settings = own.length === 0 ? 'None of its own.' : renderSettingsTable(z.object(Object.fromEntries(own)));
  return { settings, tools: renderToolsTable(tools) };
}

async function importBeside(main: string, module: string): Promise<unknown> {
  return import(pathToFileURL(join(main, '..', module)).href);
}

async function update(page: string, parts: Readonly<Record<string, string>>): Promise<void> {
  const file = join(repositoryRoot, page);
  const before = await readFile(file, 'utf8');
  const text = Object.entries(parts).reduce((all, [name, body]) => replacePart(all, name, body), before);
  const after = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (after === before) return;
  if (isCheck) process.exitCode = 1;
  else await writeFile(file, after);
  process.stdout.write(isCheck ? `${page} is not up to date: npm run docs\n` : `wrote ${page}\n`);
}
