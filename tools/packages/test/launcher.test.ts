import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, glob, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { bundleStart } from '../src/bundle-app.ts';
import { readCode } from '../src/start/code-cache.ts';

const say = (name: string): string =>
  `process.stdout.write(JSON.stringify([${name}.slice(-8), process.argv.slice(2), process.execArgv])); process.exitCode = 7;\n`;
/** A bundle as the build makes it: a function around CommonJS. */
const bundle = (code: string): string => `(function (exports, require, module, __filename, __dirname) {${code}})`;
let folder: string;
let launcher: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-launcher-'));
  launcher = join(folder, 'bin/trellis-x.cjs');
  for (const name of ['bin', 'dist', 'src']) await mkdir(join(folder, name));
  await copyFile(join(import.meta.dirname, '../src/launcher.cjs'), launcher);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'src/main.ts'), say('import.meta.filename'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeBundle(code: string): Promise<void> {
  await bundleStart({ outdir: join(folder, 'dist') });
  await writeFile(join(folder, 'dist/main.cjs'), bundle(code));
}

async function run(args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

it('runs the bundle, which sees the arguments and decides the exit code', async () => {
  await writeBundle(say('__filename'));
  expect(await run([launcher, '--port', '0'])).toEqual({ code: 7, stdout: '["main.cjs",["--port","0"],[]]', stderr: '' });
});

it('runs the source where nothing was built', async () => {
  const { code, stdout, stderr } = await run([launcher, 'doctor']);
  expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
  expect(JSON.parse(stdout)).toEqual([expect.stringMatching(/main\.ts$/), ['doctor'], ['--conditions=@trellis-mcp/source']]);
});

it('says in one line that Node is too old, and ends with 78', async () => {
  const disguise = join(folder, 'old.cjs');
  await writeFile(disguise, "Object.defineProperty(process.versions, 'node', { value: '22.18.0' });");
  const { code, stdout, stderr } = await run(['--require', disguise, launcher]);
  expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
  expect(stderr).toMatch(/^trellis-x needs Node\.js 22\.19 or newer; this is v[\d.]+\.\n$/);
});

it('ends with 70 when the bundle is broken', async () => {
  await writeBundle('require("./missing.cjs");');
  const { code, stderr } = await run([launcher]);
  expect(code).toBe(70);
  expect(stderr).toContain('trellis-x cannot be loaded');
});

const answer = "const late = () => 1; late(); require('node:diagnostics_channel').channel('trellis:first-answer').publish();";

async function findCode(): Promise<string> {
  for await (const file of glob(join(folder, 'cache/*/trellis-*'))) return file;
  throw new Error('no code was kept');
}

it('keeps compiled code at the first answer, once', async () => {
  await writeBundle(answer);
  await run([launcher]);
  const { ino } = await stat(await findCode());
  await run([launcher]);
  expect((await stat(await findCode())).ino).toBe(ino);
});

it('keeps no code of a program that answers nothing', async () => {
  await writeBundle(say('__filename'));
  await run([launcher]);
  await expect(findCode()).rejects.toThrow('no code was kept');
});

it('runs a new bundle of the same length, and code that was damaged is made again', async () => {
  await writeBundle(`${answer} process.exitCode = 3;`);
  await run([launcher]);
  await writeBundle(`${answer} process.exitCode = 4;`);
  expect((await run([launcher])).code).toBe(4);
  const file = await findCode();
  const kept = await readFile(file);
  await writeFile(file, kept.fill(0, kept.length - 9));
  expect((await run([launcher])).code).toBe(4);
  expect(readCode(file, crc32(await readFile(join(folder, 'dist/main.cjs'))), Buffer.alloc(0))).toBeDefined();
});

it('runs without a place for code', async () => {
  await writeBundle(`${answer} process.exitCode = 5;`);
  await writeFile(join(folder, 'cache'), '');
  expect(await run([launcher])).toEqual({ code: 5, stdout: '', stderr: '' });
});
