import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** One file of a package, and how less of it runs at a start. */
interface Change {
  readonly file: RegExp;
  readonly change: (text: string) => string;
}

const changes: readonly Change[] = [
  { file: /[\\/]src[\\/].*\.ts$/, change: nameZod },
  { file: /@modelcontextprotocol[\\/]core[\\/]dist[\\/](?:schemas|auth)-[\w-]+\.mjs$/, change: markSchemas },
  { file: /@modelcontextprotocol[\\/]server[\\/]dist[\\/]src-[\w-]+\.mjs$/, change: markSpecTypes },
  { file: /@modelcontextprotocol[\\/]server[\\/]dist[\\/]shimsNode\.mjs$/, change: openValidatorLater },
  { file: /node_modules[\\/]thread-stream[\\/]index\.js$/, change: leaveOutWorker },
  { file: /node_modules[\\/]pino[\\/]lib[\\/]tools\.js$/, change: askForThreadLater },
  { file: /node_modules[\\/]sonic-boom[\\/]index\.js$/, change: assertLater },
];

/**
 * Leaves out of bundles, or puts off until it is used, what packages do at every start and no server needs: a quarter of a start.
 * What is used works as it does in the sources. Files that look otherwise than they did fail the build.
 */
export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup(bundler) {
    for (const { file, change } of changes) {
      bundler.onLoad({ filter: file }, async ({ path }) => ({ contents: change(await readFile(path, 'utf8')), loader: 'default' }));
    }
  },
};

/** For `{ z }` esbuild keeps all of zod and a table of it, for a namespace what is used. */
function nameZod(text: string): string {
  const named = text.replace(/^import \{ z \} from 'zod';$/m, "import * as z from 'zod';");
  if (/^import \{[^}]*\bz\b[^}]*\} from 'zod'/m.test(named)) throw new Error("Not found in a source: import { z } from 'zod';");
  return named;
}

/** The SDK makes two hundred schemas as it is loaded. Making one changes nothing, so those that nobody names can go. */
function markSchemas(text: string): string {
  const marked = text.replace(/^const (\w+) = ((?:z|\w+Schema)\.[^]*?);\n(?=[a-z/\n])/gm, (_, name: string, value: string) =>
    markPure(name, value),
  );
  if (/^const \w+ = z\./m.test(marked)) throw new Error('Not every schema of @modelcontextprotocol/core was found.');
  return marked;
}

/** A list of all of them, which names each, is made only where it is asked for. */
function markSpecTypes(text: string): string {
  const lists = ['_specTypeSchemas', '_isSpecType'];
  const [before, made, after] = cut(text, [`const ${lists.join(' = {};\nconst ')} = {};`, '//#endregion']);
  const inside = made.replace(/^const (?:specTypeSchemas|isSpecType) = .*;$/gm, '');
  const whole = markPure('specTypes', `(() => {${inside}return [${lists.map((list) => `Object.freeze(${list})`).join()}]; })()`);
  return `${before}${whole}${markPure('specTypeSchemas', 'specTypes[0]')}${markPure('isSpecType', 'specTypes[1]')}${after}`;
}

/** Only questions to a client and raw schemas are checked by Ajv, a tenth of a bundle; some clients are never asked. */
function openValidatorLater(text: string): string {
  const [before, line, after] = cut(text, ['import { n as AjvJsonSchemaValidator } from ', ';']);
  const load = line.replace(/^import .* from (".*")$/, 'require($1).n');
  return `${before}
class AjvJsonSchemaValidator {
  #opened;
  getValidator(schema) {
    this.#opened ??= new (${load})();
    return this.#opened.getValidator(schema);
  }
}${after}`;
}

/** Pino's way of writing in a worker, which libs/logging never takes. */
function leaveOutWorker(): string {
  return "module.exports = class { constructor() { throw new Error('No worker writes logs.'); } };";
}

/** Pino asks which thread it runs in when it writes by itself, which libs/logging never lets it. */
function askForThreadLater(text: string): string {
  const [before, , rest] = cut(text, ["const { isMainThread } = require('worker_threads')", '\n']);
  const [between, , after] = cut(rest, ['isMainThread', ')']);
  return `${before}${between}require('worker_threads').isMainThread${after}`;
}

/** What pino writes with when it is given nothing else asserts one thing in one of its versions; `assert` takes longer to load than pino. */
function assertLater(text: string): string {
  if (!text.includes("require('assert')")) return text;
  const [before, , after] = cut(text, ["assert = require('assert')", '\n']);
  return `${before}assert = (...given) => require('assert')(...given)${after}`;
}

/** A constant that a bundler may leave out where nobody names it. */
function markPure(name: string, value: string): string {
  return `const ${name} = /* @__PURE__ */ (() => (${value}))();\n`;
}

/** What stands before, from and behind the first piece of text between two marks; the second mark stands behind. */
function cut(text: string, [from, to]: readonly [string, string]): [string, string, string] {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`Not found in a package: ${from}`);
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
