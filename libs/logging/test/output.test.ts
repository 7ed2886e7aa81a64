import { expect, it } from '@jest/globals';
import { requireCapability } from '@trellis-mcp/test-services';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('logging-program.ts', import.meta.url));
const node = [process.execPath, '--conditions=@trellis-mcp/source', '--disable-warning=ExperimentalWarning', program];

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
}

/** Runs the program through a shell, which can take descriptors away; its stderr is a pipe that nobody reads. */
async function run(redirect: string, ...args: string[]): Promise<Outcome> {
  const child = spawn('sh', ['-c', `exec "$@" ${redirect}`, 'sh', ...node, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
    timeout: 20_000,
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  child.stderr.destroy();
  return { code, stdout };
}

it('goes on when nobody reads its standard error', async () => {
  expect(await run('', '8000')).toEqual({ code: 0, stdout: 'alive\n' });
});

it('goes on when its standard error is closed from the start', async () => {
  expect(await run('2>&-', '500')).toEqual({ code: 0, stdout: 'alive\n' });
});

it('goes on when the reader of its standard error has gone', async () => {
  const child = spawn(node[0] ?? '', [...node.slice(1), '5000'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  await once(child.stderr, 'data');
  child.stderr.destroy();
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'alive\n' });
});

it('goes on when the disk is full', async () => {
  const full = await requireCapability('dev-full', () =>
    access('/dev/full').then(
      () => '/dev/full',
      () => undefined,
    ),
  );
  expect(await run('', '500', full)).toEqual({ code: 0, stdout: 'alive\n' });
});

it('loses no line at exit and writes none to standard output', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-log-'));
  try {
    expect(await run(`2>${folder}/err`, '1000')).toEqual({ code: 0, stdout: 'alive\n' });
    const lines = (await readFile(join(folder, 'err'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'call')).toHaveLength(1_000);
    expect(lines).toHaveLength(1_001);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each(['/dev/stdout', '/proc/self/fd/1'])('refuses %s as its file', async (file) => {
  const { code, stdout } = await run('2>/dev/null', '1', file);
  expect(code).toBe(1);
  expect(stdout).toBe('');
});
