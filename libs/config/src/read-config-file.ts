import { createReadStream } from 'node:fs';
import { showWord } from '@trellis-mcp/validation';
import type { Setting } from './read-settings.ts';
import { describeFileError } from './read-variables.ts';
import { suggest } from './suggest.ts';

/** What a configuration file says. */
export interface FileReading {
  /** By key of the setting. */
  values: ReadonlyMap<string, unknown>;
  /** One sentence each; they hold no part of the file but names of keys. */
  problems: readonly string[];
}

const maxFileBytes = 1_048_576;

/**
 * Reads a small text file as UTF-8. Reads at most 1 MiB whatever the file is, so that a device or pipe ends too.
 *
 * Throws the system's error, or an Error for a file that is too large or not UTF-8.
 */
export async function readSmallFile(path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { end: maxFileBytes });
  for await (const chunk of stream) {
    size += chunk.length;
    chunks.push(chunk);
  }
  if (size > maxFileBytes) {
    throw new Error('larger than 1 MiB');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new Error('not UTF-8 text', { cause: error });
  }
}

/** Reads a JSON object with the keys of the settings. Unknown keys are problems; so is everything that is not a JSON object. */
export async function readConfigFile(
  path: string,
  settings: readonly Setting[],
  readFile: (path: string) => Promise<string>,
): Promise<FileReading> {
  const name = `The file ${showWord(path)}`;
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    return { values: new Map(), problems: [`${name} cannot be read (${describeFileError(error)}).`] };
  }
  const content = parseJson(text);
  if (content.problem !== undefined) {
    return { values: new Map(), problems: [`${name} ${content.problem}.`] };
  }
  const keys = new Set(settings.map(({ key }) => key));
  const entries = Object.entries(content.object);
  const unknown = entries.filter(([key]) => !keys.has(key)).slice(0, 50);
  return {
    values: new Map(entries.filter(([key]) => keys.has(key))),
    problems: unknown.map(([key]) => `${name} has the unknown key ${showWord(key)}.${suggest(asCamelCase(key), keys)}`),
  };
}

function asCamelCase(key: string): string {
  return key.replace(/^-+/, '').replace(/[-_]+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function parseJson(text: string): { object: object; problem?: undefined } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const place = error instanceof SyntaxError ? /line (\d+) column (\d+)/.exec(error.message) : null;
    return { problem: `is not valid JSON${place === null ? '' : ` (line ${place[1] ?? ''}, column ${place[2] ?? ''})`}` };
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { object: value } : { problem: 'must hold a JSON object' };
}
