import { setting } from '@trellis-mcp/config';
import { commonSettings } from '@trellis-mcp/server';
import { byteSize, durationMs } from '@trellis-mcp/validation';
import { z } from 'zod';
import { rootText } from './roots/root-text.ts';

/** Default of `--port`. */
export const port = 3102;

/** Which folders are served, and what may be done there. */
const rootSettings = {
  root: setting(z.array(rootText).max(50).default([]), {
    description:
      'Folder to serve; also without the flag when it holds /, \\, . or ~. Repeatable. Default: a sample, in a temporary folder.',
    placeholder: '[name=]folder',
    repeatOnly: true,
    positional: String.raw`/\.~`,
  }),
  write: setting(z.boolean().default(false), { description: 'Offer the tools that change files.' }),
  confirm: setting(z.boolean().default(true), {
    description: 'Ask the user before something is overwritten unseen or a folder is deleted; refuse where nobody can be asked.',
  }),
  hardLinks: setting(z.boolean().default(false), {
    description: 'Write to files that have a second name, too, which may lie outside of the roots.',
  }),
  exclude: setting(z.array(z.string().min(1).max(1000)).max(200).default([]), {
    description: 'Hide files and folders, as a line of a .gitignore says it. Repeatable.',
    placeholder: 'glob',
  }),
  gitignore: setting(z.boolean().default(true), { description: 'Leave out of walks and searches what .gitignore files name.' }),
  clientRoots: setting(z.boolean().default(true), { description: 'Narrow the roots to those that the client offers.' }),
  compat: setting(z.enum(['official']).optional(), {
    description: 'Answer to tool names and inputs of @modelcontextprotocol/server-filesystem, too.',
  }),
};

/** What one call may read and walk through. */
const readLimits = {
  maxReadBytes: setting(byteSize({ min: 1024, max: 1_048_576 }).default(65_536), {
    description: 'Most text of one page, such as 64KiB.',
    placeholder: 'size',
  }),
  maxFileBytes: setting(byteSize({ min: 1024, max: 2 ** 40 }).default(268_435_456), {
    description: 'Largest file that is searched, or looked through for the number of a line. Bytes of larger ones can be read.',
    placeholder: 'size',
  }),
  maxMediaBytes: setting(byteSize({ min: 0, max: 16_777_216 }).default(1_048_576), {
    description: 'Largest image or sound that is sent whole; of a larger one a link is sent.',
    placeholder: 'size',
  }),
  maxEntries: setting(z.int().min(10).max(10_000_000).default(500_000), {
    description: 'Most entries that one call looks at in folders.',
  }),
  maxDepth: setting(z.int().min(1).max(1000).default(64), { description: 'How deep a call goes into folders.' }),
  maxProcesses: setting(z.int().min(1).max(64).default(4), { description: 'Most searches that run at once; each is a process.' }),
  searchTimeoutMs: setting(durationMs({ min: 100, max: 600_000 }).default(15_000), {
    description: 'How long one search may run, such as 15s; a plain number is milliseconds.',
    placeholder: 'duration',
  }),
  maxWatches: setting(z.int().min(0).max(10_000).default(100), { description: 'Most files that are watched for subscribers at once.' }),
};

/** What one call may write, and what the trash may hold. */
const writeLimits = {
  maxWriteBytes: setting(byteSize({ min: 1024, max: 268_435_456 }).default(10_485_760), {
    description: 'Most bytes that one call writes: a file, or all of a copy.',
    placeholder: 'size',
  }),
  trashMaxBytes: setting(byteSize({ min: 0, max: 2 ** 40 }).default(268_435_456), {
    description: 'Most bytes that the trash of one root holds; the oldest go first.',
    placeholder: 'size',
  }),
  trashTtlMs: setting(durationMs({ min: 1000, max: 31_536_000_000 }).default(604_800_000), {
    description: 'How long deleted files can be restored, such as 7d.',
    placeholder: 'duration',
  }),
};

/** Everything that can be set: flags, variables, `--help` and the table in the README come from here. */
export const settings = z.object({ ...commonSettings({ port }), ...rootSettings, ...readLimits, ...writeLimits });

/** Values of {@link settings}. */
export type Config = z.output<typeof settings>;
