import { setting } from '@trellis-mcp/config';
import { commonSettings } from '@trellis-mcp/server';
import { byteSize } from '@trellis-mcp/validation';
import { z } from 'zod';

/** Default of `--port`. */
export const port = 3101;

/** Everything that can be set: flags, variables, `--help` and the table in the README come from here. */
export const settings = z.object({
  ...commonSettings({ port }),
  maxRows: setting(z.int().min(1).max(10_000).default(500), { description: 'Most rows of one page, whatever a caller asks for.' }),
  maxBytes: setting(byteSize({ min: 4_096, max: 4_194_304 }).default(65_536), {
    description: 'Most bytes of rows in one page, such as 64KiB.',
    placeholder: 'size',
  }),
  statementTimeoutMs: setting(z.int().min(10).max(120_000).default(15_000), {
    description: 'How long one statement may run, in milliseconds.',
    placeholder: 'ms',
  }),
  dataDir: setting(z.string().min(1).optional(), {
    description: 'Directory of an existing embedded database (PGlite). Default: the sample shop, in memory.',
    placeholder: 'directory',
  }),
});

/** Values of {@link settings}. */
export type Config = z.output<typeof settings>;
