import { showWord } from '@trellis-mcp/validation';
import type { Setting } from './read-settings.ts';
import { suggest } from './suggest.ts';

/** A value that a variable gave. */
export interface VariableText {
  /** The variable that gave it. */
  variable: string;
  text: string;
}

/** What the variables say. */
export interface VariableReading {
  /** By key of the setting. */
  texts: ReadonlyMap<string, VariableText>;
  /** One sentence each. */
  problems: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;
type ReadFile = (path: string) => Promise<string>;

/**
 * Reads each setting from the first of its variables that is set; an empty variable counts as not set. The value of a secret may stand in
 * the file that `<VARIABLE>_FILE` names; one line break at its end is dropped.
 */
export async function readVariables(settings: readonly Setting[], env: Env, readFile: ReadFile): Promise<VariableReading> {
  const texts = new Map<string, VariableText>();
  const problems: string[] = [];
  for (const setting of settings) {
    for (const variable of setting.variables) {
      const found = setting.isSecret ? await readSecret(variable, env, readFile) : readPlain(variable, env);
      if (typeof found === 'string') {
        problems.push(found);
        break;
      }
      if (found !== undefined) {
        texts.set(setting.key, found);
        break;
      }
    }
  }
  return { texts, problems };
}

function readPlain(variable: string, env: Env): VariableText | undefined {
  const text = env[variable] ?? '';
  return text === '' ? undefined : { variable, text };
}

async function readSecret(variable: string, env: Env, readFile: ReadFile): Promise<VariableText | string | undefined> {
  const plain = readPlain(variable, env);
  const file = readPlain(`${variable}_FILE`, env);
  if (file === undefined || plain !== undefined) {
    return file === undefined ? plain : `${variable} and ${file.variable} are both set; set one of them.`;
  }
  try {
    const text = (await readFile(file.text)).replace(/\r?\n$/, '');
    // Unlike a variable it was made to hold something: a start without the secret would be one that nobody meant.
    return text === '' ? `${file.variable} names a file that is empty.` : { variable: file.variable, text };
  } catch (error) {
    // The path stays out of the message: people put the secret itself there.
    return `${file.variable} names a file that cannot be read (${describeFileError(error)}).`;
  }
}

/** Why a file could not be read, without its content: a system error code, or the message of the reader's own refusal. */
export function describeFileError(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown error';
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : showWord(error.message);
}

/** One sentence for each variable that starts with `TRELLIS_` and that no setting reads. */
export function warnAboutVariables(settings: readonly Setting[], env: Env): readonly string[] {
  const known = new Set(['TRELLIS_CONFIG']);
  for (const { variables, isSecret } of settings) {
    for (const variable of variables) {
      known.add(variable);
      if (isSecret) {
        known.add(`${variable}_FILE`);
      }
    }
  }
  return Object.keys(env)
    .filter((name) => name.startsWith('TRELLIS_') && !known.has(name))
    .slice(0, 20)
    .map((name) => `The variable ${showWord(name)} means nothing to this program.${suggest(name, known)}`);
}
