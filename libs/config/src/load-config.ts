import { exitCodes } from '@trellis-mcp/errors';
import type { z } from 'zod';
import { collectValues } from './collect-values.ts';
import { explainProblems } from './explain-problems.ts';
import type { ExitResult, LoadOptions, LoadResult, SettingSource } from './load-options.ts';
import { parseFlags } from './parse-flags.ts';
import { readConfigFile, readSmallFile, type FileReading } from './read-config-file.ts';
import { readSettings } from './read-settings.ts';
import { readVariables, warnAboutVariables } from './read-variables.ts';
import { redactUrls } from './redact-config.ts';
import { renderHelp } from './render-help.ts';

const maxProblems = 100;

/**
 * Makes a configuration from flags, variables, a JSON file and defaults, in this order of precedence, and judges it with the schema.
 *
 * Every problem is reported at once. Nothing is read from the process and nothing is printed: the caller prints and leaves. Throws a
 * TypeError only for a schema or command that cannot work.
 */
export async function loadConfig<Schema extends z.ZodObject>(schema: Schema, options: LoadOptions): Promise<LoadResult<z.output<Schema>>> {
  const { argv, env, readFile = readSmallFile } = options;
  const settings = readSettings(schema);
  const parsed = parseFlags(argv, settings, options);
  if (parsed.wants !== undefined) {
    return { kind: 'exit', code: exitCodes.ok, stdout: parsed.wants === 'help' ? renderHelp(schema, options) : `${options.version}\n` };
  }
  const unflagged = settings.filter(({ key }) => !parsed.texts.has(key));
  const variables = await readVariables(unflagged, env, readFile);
  const path = parsed.configPath ?? (env['TRELLIS_CONFIG'] || undefined);
  const file: FileReading = path === undefined ? { values: new Map(), problems: [] } : await readConfigFile(path, settings, readFile);
  const collected = collectValues(settings, { flags: parsed.texts, variables: variables.texts, file: file.values });
  const judged = await schema.safeParseAsync(collected.input, { reportInput: true });
  const explained = judged.success ? [] : explainProblems(judged.error, { schema, settings, collected });
  const problems = [...parsed.problems, ...variables.problems, ...file.problems, ...collected.problems, ...explained];
  if (!judged.success || problems.length > 0) {
    return refuse(problems, { isUsage: parsed.problems.length > 0, program: options.program });
  }
  return {
    kind: 'run',
    ...(parsed.command === undefined ? {} : { command: parsed.command.name }),
    args: parsed.args,
    flags: parsed.flags,
    config: judged.data,
    sources: listSources<keyof z.output<Schema>>(schema, collected.sources),
    ...(path === undefined ? {} : { file: path }),
    warnings: warnAboutVariables(settings, env),
  };
}

function refuse(problems: readonly string[], { isUsage, program }: { isUsage: boolean; program: string }): ExitResult {
  const count = problems.length === 1 ? '1 problem' : `${String(problems.length)} problems`;
  const shown = problems.slice(0, maxProblems).map((problem) => `  ${redactUrls(problem)}`);
  const rest = problems.length > maxProblems ? [`  and ${String(problems.length - maxProblems)} more`] : [];
  const lines = [`${program} cannot start: ${count}.`, ...shown, ...rest, `See ${program} --help.`];
  return { kind: 'exit', code: isUsage ? exitCodes.usage : exitCodes.config, stderr: `${lines.join('\n')}\n` };
}

function listSources<Key extends PropertyKey>(
  schema: z.ZodObject,
  sources: ReadonlyMap<string, SettingSource>,
): Record<Key, SettingSource> {
  return Object.fromEntries(Object.keys(schema.shape).map((key) => [key, sources.get(key) ?? 'default'])) as Record<Key, SettingSource>;
}
