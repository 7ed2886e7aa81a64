import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

const echo =
  'process.stdout.write(JSON.stringify([import.meta.filename.slice(-8), process.argv.slice(2), process.execArgv])); process.exitCode = 7;\n';
let folder: string;
let launcher: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-launcher-'));
  launcher = join(folder, 'bin/trellis-x.cjs');
  for (const name of ['bin', 'dist', 'src']) await mkdir(join(folder, name));
  await copyFile(join(import.meta.dirname, '../src/launcher.cjs'), launcher);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'src/main.ts'), echo);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

it('runs the bundle, which sees the arguments and decides the exit code', async () => {
  await writeFile(join(folder, 'dist/main.mjs'), echo);
  expect(await run([launcher, '--port', '0'])).toEqual({ code: 7, stdout: '["main.mjs",["--port","0"],[]]', stderr: '' });
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
  await writeFile(join(folder, 'dist/main.mjs'), 'import "./missing.mjs";');
  const { code, stderr } = await run([launcher]);
  expect(code).toBe(70);
  expect(stderr).toContain('trellis-x cannot be loaded');
});
