import { setting } from '@trellis-mcp/config';
import { commonSettings } from '@trellis-mcp/server';
import { byteSize, durationMs } from '@trellis-mcp/validation';
import { z } from 'zod';
import { savedQueries } from './saved-queries/saved-query.ts';
import { allowFunctions, allowTables, databaseUrl, sources } from './sources/source-settings.ts';

/** Default of `--port`. */
export const port = 3101;

/** Which databases are served, and what of them. */
const sourceSettings = {
  databaseUrl: setting(databaseUrl.optional(), {
    description: 'PostgreSQL (13 or newer) to read. Default: an embedded sample shop.',
    secret: true,
    env: ['DATABASE_URL'],
    placeholder: 'url',
  }),
  dataDir: setting(z.string().min(1).optional(), {
    description: 'Directory of an existing embedded database (PGlite). Default: the sample shop, in memory.',
    placeholder: 'directory',
  }),
  sources: setting(sources.optional(), { description: 'Several databases by name, in place of a URL or directory.' }),
  allowTables: setting(allowTables.optional(), {
    description: 'Read only these tables and views: table, schema.table or schema.*. Repeatable. Default: what the role may read.',
    placeholder: 'table',
  }),
  allowFunctions: setting(allowFunctions.default([]), {
    description: 'Functions that may be called although they are not known to be harmless: name, schema.name, or a start such as st_*.',
    placeholder: 'function',
  }),
  savedQueries: setting(savedQueries.default([]), { description: 'Statements that become tools of their own, checked at start.' }),
};

/** What one call may take. */
const limitSettings = {
  maxRows: setting(z.int().min(1).max(10_000).default(500), { description: 'Most rows of one page, whatever a caller asks for.' }),
  maxBytes: setting(byteSize({ min: 4_096, max: 4_194_304 }).default(65_536), {
    description: 'Most bytes of rows in one page, such as 64KiB.',
    placeholder: 'size',
  }),
  statementTimeoutMs: setting(durationMs({ min: 10, max: 120_000 }).default(15_000), {
    description: 'How long one statement may run, such as 15s; a plain number is milliseconds.',
    placeholder: 'duration',
  }),
  cacheTtlMs: setting(durationMs({ min: 100, max: 86_400_000 }).optional(), {
    description: 'How long the rows of a statement answer the same question again from a cache, such as 30s. Default: not at all.',
    placeholder: 'duration',
  }),
  maxConnections: setting(z.int().min(1).max(100).default(8), {
    description: 'Most statements that run at once in each PostgreSQL; each has a connection.',
  }),
  strictRole: setting(z.boolean().default(false), {
    description: 'Refuse a role that could take over the server, read its files or past row security, such as a superuser.',
  }),
};

/** Everything that can be set: flags, variables, `--help` and the table in the README come from here. */
export const settings = z
  .object({ ...commonSettings({ port }), ...sourceSettings, ...limitSettings })
  .superRefine(({ databaseUrl: url, dataDir, sources: named }, context) => {
    const places = { '--database-url (DATABASE_URL)': url, '--data-dir': dataDir, 'sources in the file': named };
    const given = Object.entries(places).flatMap(([place, value]) => (value === undefined ? [] : [place]));
    if (given.length > 1) {
      const message = `has ${given.join(' and ')} together; keep one of them. Several databases go into sources.`;
      context.addIssue({ code: 'custom', message });
    }
  });

/** Values of {@link settings}. */
export type Config = z.output<typeof settings>;
