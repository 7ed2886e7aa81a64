/**
 * The program of a server with the probe tools added: `node probe-main.ts <URL of the module that exports app> [flags]`. What happens to the
 * probes goes to stderr, one line each.
 */
import { type CommonConfig, runMain, type ServerDefinition } from '@trellis-mcp/server';
import { withProbes } from './probe-tools.ts';

const [url = ''] = process.argv.splice(2, 1);
const { app } = (await import(url)) as { readonly app: ServerDefinition<CommonConfig, unknown> };

await runMain(withProbes(app, (event) => void process.stderr.write(`probe ${event}\n`)));
