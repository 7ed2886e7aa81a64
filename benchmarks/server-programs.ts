import type { BenchProgram } from './bench-process.ts';

const source = ['--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning'];
const server = (name: string): URL => new URL(`./servers/${name}.ts`, import.meta.url);

/** The bare SDK over HTTP on `port` with `tools` tools. */
export function bareHttp(port: number, tools: number): BenchProgram {
  return { script: server('bare-http'), args: [String(port)], env: { BENCH_TOOLS: String(tools) } };
}

/** Trellis over HTTP, logging to a file that is thrown away, metrics and guards on. */
export function trellisHttp(port: number, tools: number): BenchProgram {
  const args = ['--transport', 'http', '--port', String(port), '--log-file', '/dev/null'];
  return { script: server('trellis'), args, env: { BENCH_TOOLS: String(tools) }, nodeArgs: source };
}

/** The bare SDK over stdio. */
export function bareStdio(): BenchProgram {
  return { script: server('bare-stdio') };
}

/** Trellis over stdio. */
export function trellisStdio(): BenchProgram {
  return { script: server('trellis'), args: ['--transport', 'stdio', '--log-file', '/dev/null'], nodeArgs: source };
}
