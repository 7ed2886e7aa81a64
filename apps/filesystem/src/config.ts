import { commonSettings } from '@trellis-mcp/server';
import { z } from 'zod';

/** Default of `--port`. */
export const port = 3102;

/** All settings: flags, variables, help and the table in the README come from this object. */
export const settings = z.object({ ...commonSettings({ port }) });

/** Values of {@link settings}. */
export type Config = z.output<typeof settings>;
