import { setting } from '@trellis-mcp/config';
import { z } from 'zod';

/** Most databases of one server. */
const maxSources = 16;

const isDatabaseUrl = /^postgres(ql)?:\/\//;

/** Words that a URL does not hold: a message that repeats a piece of a secret is not shown. */
const unreadable = 'must be a URL in which special characters of user and password are percent-encoded: @ is %40, # is %23, / is %2F';

/** `postgres://user:password@host:5432/database`; also `postgresql://`. */
export const databaseUrl = z
  .string()
  .refine((url) => isDatabaseUrl.test(url), { message: 'must be a URL such as postgres://user:password@host:5432/database', abort: true })
  .refine((url) => URL.canParse(url), unreadable);

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/, 'must be a name of lower-case letters, digits and _, at most 32 characters, that starts with a letter');

const item = z.string().min(1).max(200);

/** Items of `--allow-tables`: `schema.table`, `schema.*`, or a bare `table` of `public`. None would be read as none allowed, or as all. */
export const allowTables = z.array(item).min(1, 'must name a table, or be left out, which allows all that the role may read').max(1_000);

/** Items of `--allow-functions`: `name` or `schema.name`, with `*` at the end for all that start so. */
export const allowFunctions = z.array(item).max(1_000);

/** One database of the `sources` of a configuration file; without URL and directory it is the sample shop. */
const oneSource = z
  .strictObject({
    databaseUrl: setting(databaseUrl.optional(), { secret: true }),
    /** File that holds the URL, for what must not stand in the configuration file. */
    databaseUrlFile: z.string().min(1).optional(),
    dataDir: z.string().min(1).optional(),
    allowTables: allowTables.optional(),
    allowFunctions: allowFunctions.optional(),
  })
  .refine((source) => [source.databaseUrl, source.databaseUrlFile, source.dataDir].filter((place) => place !== undefined).length <= 1, {
    message: 'must have only one of databaseUrl, databaseUrlFile and dataDir',
  });

/** The `sources` of a configuration file, by name. */
export const sources = z.record(name, oneSource).refine((all) => Object.keys(all).length > 0 && Object.keys(all).length <= maxSources, {
  message: `must name 1 to ${String(maxSources)} databases`,
});

/** One of {@link sources}. */
export type SourceSettings = z.output<typeof oneSource>;
