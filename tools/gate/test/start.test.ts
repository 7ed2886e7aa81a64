import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { repositoryRoot } from '../src/repository-root.ts';

const program = join(import.meta.dirname, 'start-fixtures.ts');
const start = join(repositoryRoot, 'tools/gate/src/start.ts');

/** Of 50 ms each: half a minute. */
const maxTries = 600;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

interface Started {
  readonly child: ChildProcess;
  output(): string;
  /** What comes on one stream and what comes on the other, or of another process, has no order: each is waited for. */
  until(pattern: RegExp): Promise<readonly string[]>;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, program: string = process.execPath): Started {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const until: Started['until'] = async (pattern) => {
    for (let tries = 0; tries <= maxTries; tries += 1) {
      const found = pattern.exec(output);
      if (found !== null) return found;
      await sleep(50);
    }
    throw new Error(`${String(pattern)} did not come:\n${output}`);
  };
  return { child, output: () => output, until };
}

/** Once it serves. */
async function findPear({ until }: Started): Promise<number> {
  await until(/mcpServers/);
  const [, pid] = await until(/^pear (\d+)\n/m);
  return Number(pid);
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
      throw error;
    }
    await sleep(50);
  }
  return false;
}

it.each(['SIGINT', 'SIGTERM'] as const)('prints URL and client block, and stops everything on %s', async (signal) => {
  const port = await freePort();
  const { child, output, until } = run([program, 'pear'], { PEAR_PORT: String(port) });
  await until(/mcpServers/);
  expect(output()).toContain(`Pear: http://127.0.0.1:${port}/mcp`);
  const [, block = ''] = /\/mcp\n(\{[\s\S]*\n\})/.exec(output()) ?? [];
  expect(JSON.parse(block)).toEqual({ mcpServers: { 'trellis-pear': { type: 'http', url: `http://127.0.0.1:${port}/mcp` } } });
  child.kill(signal);
  child.kill(signal);
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(output().match(/pear got/g)).toHaveLength(1);
});

it('leaves no server behind when it is killed', async () => {
  const started = run([program, 'pear'], { PEAR_PORT: String(await freePort()) });
  const pid = await findPear(started);
  started.child.kill('SIGKILL');
  expect(await isGone(pid)).toBe(true);
});

it('stops the servers when the shell that npm put in between dies', async () => {
  const command = `"${process.execPath}" "${program}" pear; exit`;
  const started = run(['-c', command], { PEAR_PORT: String(await freePort()) }, '/bin/sh');
  const pid = await findPear(started);
  started.child.kill('SIGTERM');
  expect(await isGone(pid)).toBe(true);
});

it('says which server did not start though another program answers on its port, keeps the others, and ends with its exit code', async () => {
  const taken = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { child, output, until } = run([program, 'pear', 'plum'], { PEAR_PORT: String(await freePort()), PLUM_PORT: String(port) });
  await until(/Plum did not start/);
  await until(/mcpServers/);
  expect(output()).not.toContain('trellis-plum');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([69, null]);
  taken.close();
});

it('refuses a server that does not exist with exit code 64', async () => {
  const { child, output } = run(['--conditions=@trellis-mcp/source', start, 'nope']);
  expect(await once(child, 'close')).toEqual([64, null]);
  expect(output()).toMatch(/^There is no server "nope"\./);
});
