import { createServer } from 'node:net';
import { findUnexpanded } from '@trellis-mcp/config';
import { exitCodes, isAppError, type ExitCode } from '@trellis-mcp/errors';
import { createLogger, scrubText } from '@trellis-mcp/logging';
import { openRedis, openSqlite } from '@trellis-mcp/stores';
import type { CommonConfig } from '../common-settings.ts';
import type { DoctorFinding, ServerDefinition } from '../define-server.ts';
import { listen } from '../http/listen.ts';
import { inTime } from './in-time.ts';

/** What the doctor looks at. */
export interface DoctorOptions<Config> {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly argv: readonly string[];
  /** What `loadConfig` found worth a warning. */
  readonly warnings: readonly string[];
  readonly isJson: boolean;
  /** Default: the version of this Node. */
  readonly nodeVersion?: string;
}

const oldestNode = [22, 19] as const;
const maxCheckMs = 15_000;

/**
 * Checks Node, the environment, and whether everything configured can be used.
 *
 * @returns What to print, and 0, 69 (a service or port is not there) or 78 (the configuration cannot work).
 */
export async function runDoctor<Config extends CommonConfig, Deps>(
  app: Pick<ServerDefinition<Config, Deps>, 'doctor' | 'name' | 'version'>,
  options: DoctorOptions<Config>,
): Promise<{ code: ExitCode; text: string }> {
  const { config, isJson } = options;
  const findings: DoctorFinding[] = [
    checkNode(options.nodeVersion ?? process.versions.node),
    ...checkEnvironment(options),
    ...(await Promise.all([checkPort(config), checkRedis(config), checkCacheFile(config), checkLogFile(config), checkAuth(config)])).flat(),
    ...(await checkApp(app, config)),
  ];
  const problems = findings.filter(({ level }) => level === 'problem');
  const code = problems.some(({ exit }) => exit === exitCodes.config)
    ? exitCodes.config
    : problems.length > 0
      ? exitCodes.unavailable
      : exitCodes.ok;
  const shown = findings.map(({ name, level, text }) => ({ name, level, text: scrubText(text) }));
  return {
    code,
    text: isJson ? `${JSON.stringify({ name: app.name, version: app.version, findings: shown }, undefined, 2)}\n` : toTable(shown),
  };
}

function checkNode(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const text = isNew ? version : `${version} is too old: install Node ${oldestNode.join('.')} or newer.`;
  return { name: 'node', level: isNew ? 'ok' : 'problem', text, exit: exitCodes.config };
}

function checkEnvironment({ env, argv, warnings }: Pick<DoctorOptions<unknown>, 'env' | 'argv' | 'warnings'>): DoctorFinding[] {
  const ours = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('TRELLIS_')));
  const unexpanded = [...findUnexpanded(ours), ...findUnexpanded(argv.slice(2))].map((name): DoctorFinding => ({
    name: 'environment',
    level: 'problem',
    text: `${name} holds a literal \${...}: the client that starts the server does not expand variables. Write the value itself.`,
    exit: exitCodes.config,
  }));
  const others = warnings.map((text): DoctorFinding => ({ name: 'environment', level: 'warning', text }));
  const findings = [...unexpanded, ...others];
  return findings.length > 0 ? findings : [{ name: 'environment', level: 'ok', text: 'nothing unknown, nothing unexpanded' }];
}

async function checkPort(config: CommonConfig): Promise<DoctorFinding[]> {
  if (config.transport !== 'http') {
    return [];
  }
  return attempt('port', async () => {
    const server = createServer();
    const port = await listen(server, config);
    await new Promise((resolve) => server.close(resolve));
    return `${config.host}:${config.port === 0 ? port : config.port} is free`;
  });
}

async function checkRedis({ redisUrl, stateKeys }: CommonConfig): Promise<DoctorFinding[]> {
  if (redisUrl === undefined) {
    return [];
  }
  const found = await attempt('redis', async () => {
    const redis = await openRedis(redisUrl, {});
    try {
      await redis.ping();
    } finally {
      await redis.close();
    }
    return 'answers';
  });
  const text = 'Not set, so that each process signs with a key of its own: cursors of one are refused by the others.';
  return stateKeys.length > 0 ? found : [...found, { name: 'state keys', level: 'warning', text }];
}

async function checkCacheFile({ cachePath }: CommonConfig): Promise<DoctorFinding[]> {
  if (cachePath === undefined) {
    return [];
  }
  const { isCorrupt } = await import('@trellis-mcp/cache');
  return attempt('cache file', async () => {
    try {
      const sqlite = await openSqlite(cachePath);
      await sqlite.close();
      return 'can be written';
    } catch (error) {
      if (!isAppError(error) || !isCorrupt(error)) throw error;
      return {
        level: 'warning',
        text: 'It is no readable database: the next start sets it aside as FILE.corrupt and begins an empty one.',
      };
    }
  });
}

async function checkLogFile({ logFile }: CommonConfig): Promise<DoctorFinding[]> {
  if (logFile === undefined) {
    return [];
  }
  return attempt('log file', async () => {
    await (await createLogger({ file: logFile })).close();
    return 'can be written';
  });
}

async function checkAuth(config: CommonConfig): Promise<DoctorFinding[]> {
  const { auth, apiKeysFile } = config;
  if (auth === 'none') {
    return [];
  }
  const { checkIssuer, checkKeys } = await import('../auth/check-auth.ts');
  const issuer = auth === 'oauth' ? await attempt('issuer', () => checkIssuer(config)) : [];
  const keys = apiKeysFile === undefined ? [] : await attempt('API keys', () => checkKeys(apiKeysFile));
  return [...issuer, ...keys];
}

async function checkApp<Config, Deps>(app: Pick<ServerDefinition<Config, Deps>, 'doctor'>, config: Config): Promise<DoctorFinding[]> {
  try {
    return [...(await inTime(app.doctor?.(config) ?? Promise.resolve([]), maxCheckMs))];
  } catch (error) {
    return [toProblem('server', error)];
  }
}

async function attempt(name: string, check: () => Promise<string | Pick<DoctorFinding, 'level' | 'text'>>): Promise<DoctorFinding[]> {
  try {
    const found = await inTime(check(), maxCheckMs);
    return [{ name, ...(typeof found === 'string' ? { level: 'ok', text: found } : found) }];
  } catch (error) {
    return [toProblem(name, error)];
  }
}

function toProblem(name: string, error: unknown): DoctorFinding {
  const isConfig = isAppError(error) && error.code === 'INVALID_INPUT';
  const hint = isAppError(error) && error.hint !== undefined ? ` ${error.hint}` : '';
  const message = error instanceof Error ? error.message : String(error);
  return { name, level: 'problem', text: `${message}${hint}`, exit: isConfig ? exitCodes.config : exitCodes.unavailable };
}

function toTable(findings: readonly DoctorFinding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ name, level, text }) => `${level.padEnd(7)}  ${name.padEnd(width)}  ${text}`);
  const problems = findings.filter(({ level }) => level === 'problem').length;
  const verdict = problems === 0 ? 'No problems found.' : problems === 1 ? '1 problem found.' : `${problems} problems found.`;
  return `${[...lines, verdict].join('\n')}\n`;
}
