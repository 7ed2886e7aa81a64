import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import { leanPackages } from './lean-packages.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-lean-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function bundle(contents: string, plugins: readonly Plugin[] = [leanPackages]): Promise<string> {
  const stdin = { contents, resolveDir: import.meta.dirname };
  const { outputFiles } = await build({ stdin, bundle: true, platform: 'node', write: false, plugins: [...plugins], logLevel: 'silent' });
  return outputFiles.map(({ text }) => text).join('');
}

async function run(code: string): Promise<unknown> {
  const file = join(folder, 'program.cjs');
  await writeFile(file, code);
  return JSON.parse((await promisify(execFile)(process.execPath, [file])).stdout);
}

it('leaves out the schemas that nobody names', async () => {
  const program = "import { isJSONRPCRequest } from '@modelcontextprotocol/server'; console.log(isJSONRPCRequest({}));";
  const [whole, lean] = [await bundle(program, []), await bundle(program)];
  expect(whole).toMatch(/\bTaskStatusNotificationSchema = .*dpop_bound_access_tokens_required/s);
  expect(lean).not.toMatch(/\bTaskStatusNotificationSchema = |dpop_bound_access_tokens_required/);
  expect(await run(lean)).toBe(false);
});

it('leaves out what is not used of zod', async () => {
  const program = `
    import { limitParam } from '../../../libs/validation/src/limit-param.ts';
    console.log(JSON.stringify([limitParam({ default: 5, max: 10 }).safeParse('many').error.message]));`;
  const [whole, lean] = [await bundle(program, []), await bundle(program)];
  expect(whole).toContain('stringbool');
  expect(lean).not.toContain('stringbool');
  expect(await run(lean)).toEqual(await run(whole));
});

it('changes nothing of what is used', async () => {
  const program = `
    import { fromJsonSchema, isSpecType, specTypeSchemas } from '@modelcontextprotocol/server';
    const { validate } = fromJsonSchema({ type: 'object', required: ['a'] })['~standard'];
    const tools = [{ name: 'a', inputSchema: { type: 'object' } }, { name: 'a' }];
    console.log(JSON.stringify([
      Object.keys(specTypeSchemas), Object.keys(isSpecType), tools.map(isSpecType.Tool), validate({}), validate({ a: 1 }),
      Object.isFrozen(specTypeSchemas), specTypeSchemas.Tool['~standard'].validate(tools[1]),
    ]));`;
  const lean = await run(await bundle(program));
  expect(lean).toEqual(await run(await bundle(program, [])));
  expect(lean).toEqual(expect.arrayContaining([[true, false]]));
});

it.each([
  ['@modelcontextprotocol/core/dist/schemas-next.mjs', 'const ASchema = z.string()\nexport { ASchema }\n'],
  ['@modelcontextprotocol/server/dist/src-next.mjs', 'export const specTypeSchemas = {};\n'],
  ['@modelcontextprotocol/server/dist/shimsNode.mjs', 'export { DefaultJsonSchemaValidator } from "./other.mjs";\n'],
  ['app/src/index.ts', "import { z, ZodError } from 'zod';\n"],
  ['pino/lib/tools.js', "const threads = require('worker_threads')\n"],
  ['sonic-boom/index.js', "const claim = require('assert')\n"],
])('refuses a package that looks otherwise: %s', async (file, text) => {
  const path = join(folder, 'node_modules', file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  await expect(bundle(`import ${JSON.stringify(path)};`)).rejects.toThrow(/Not every schema|Not found in a /);
});
