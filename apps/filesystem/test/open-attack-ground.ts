import { execFile } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Canary, createCanary } from './canary.ts';

/** Folders laid out for attacks: what is served, and what is around it. */
export interface AttackGround extends AsyncDisposable {
  /** Holds `root`, `outside`, and `root2`, whose name only begins like that of the root. */
  readonly top: string;
  readonly root: string;
  readonly outside: string;
  readonly canary: Canary;
}

const text = 'inside\n'.repeat(10);

/** Lays it out in a temporary folder. */
export async function openAttackGround(): Promise<AttackGround> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'trellis-attacks-')));
  // Tests of a server without rights look at it as another user.
  await chmod(top, 0o755);
  const root = join(top, 'root');
  const outside = join(top, 'outside');
  const canary = createCanary();
  await Promise.all([root, outside, join(top, 'root2')].map((folder) => mkdir(folder)));
  await fillOutside({ top, outside, canary });
  await fillInside(root);
  await addLinks({ root, outside, canary });
  const sockets = await addKinds(root, outside);
  // So that they are refused nothing inside.
  await Promise.all([root, join(root, 'folder')].map((folder) => chmod(folder, 0o777)));
  return {
    top,
    root,
    outside,
    canary,
    async [Symbol.asyncDispose]() {
      await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.close(resolve))));
      await rm(top, { recursive: true, force: true });
    },
  };
}

async function fillOutside({ top, outside, canary }: Pick<AttackGround, 'top' | 'outside' | 'canary'>): Promise<void> {
  await mkdir(join(outside, 'folder/sub'), { recursive: true });
  const files = ['secret.txt', 'locked.txt', 'folder/secret.txt', `folder/${canary.word}.txt`].map((name) => join(outside, name));
  await Promise.all([...files, join(top, 'root2/secret.txt')].map((file) => writeFile(file, canary.content)));
  await writeFile(join(outside, 'hard.txt'), text);
  await mkdir(join(outside, 'locked'));
  await writeFile(join(outside, 'locked/secret.txt'), canary.content);
  await chmod(join(outside, 'locked'), 0o000);
  await chmod(join(outside, 'locked.txt'), 0o000);
}

async function fillInside(root: string): Promise<void> {
  await mkdir(join(root, 'folder/deep/deeper'), { recursive: true });
  await mkdir(join(root, '%2e%2e'));
  await mkdir(join(root, '.trellis-trash'), { recursive: true });
  const names = ['inside.txt', 'folder/inner.txt', 'folder/deep/deeper/inner.txt', '.hidden', '.trellis-0123.tmp', '.trellis-trash/kept'];
  const odd = ['new\nline.txt', 'esc\u001B[31m.txt', 'caf\u00E9.txt', '-rf', '--pre=cat', 'two  spaces.txt', 'trailing ', 'dots...', 'x:y'];
  await Promise.all([...names, ...odd].map((name) => writeFile(join(root, name), text)));
  await writeFile(Buffer.concat([Buffer.from(join(root, 'bytes-')), Buffer.from([0xff, 0xfe])]), text);
  await writeFile(join(root, 'latin1.txt'), Buffer.from('inside \xE9\n', 'latin1'));
  await writeFile(join(root, 'utf16.txt'), Buffer.from('\uFEFFinside \u00E9\n', 'utf16le'));
  await writeFile(join(root, 'binary.bin'), Buffer.from([0, 1, 2, 0xff, 0, 0x80]));
  await writeFile(join(root, 'empty.txt'), '');
  await writeFile(join(root, 'dollars.txt'), 'price: OLD\n');
  await writeFile(join(root, 'twice.txt'), 'aaa\nsame\nsame\n');
  await writeFile(join(root, 'one-line.txt'), 'a'.repeat(100_000));
  await writeFile(join(root, 'sparse.bin'), '');
  await truncate(join(root, 'sparse.bin'), 2 ** 33);
}

async function addLinks({ root, outside, canary }: Pick<AttackGround, 'root' | 'outside' | 'canary'>): Promise<void> {
  const links: Readonly<Record<string, string>> = {
    'link-file': '../outside/secret.txt',
    'link-absent': '../outside/absent.txt',
    'link-dir': outside,
    'link-canary': `../outside/folder/${canary.word}.txt`,
    'link-locked': '../outside/locked.txt',
    'link-fifo-outside': '../outside/fifo',
    'link-socket-outside': '../outside/socket',
    'link-dangling': 'nowhere',
    'link-loop': 'link-loop',
    'link-loop-a': 'link-loop-b',
    'link-loop-b': 'link-loop-a',
    'link-root': '/',
    'link-parent': '..',
    'link-self': '.',
    'link-inside': 'folder',
    'link-inside-file': 'inside.txt',
    'link-there-and-back': '../outside/back',
    'link-fifo': 'fifo',
    'link-proc-root': `/proc/self/root${outside}`,
    'link-proc-cwd': '/proc/self/cwd',
    'link-fds': '/proc/self/fd',
    'link-dev-fd': '/dev/fd',
    'link-stdin': '/dev/stdin',
    'link-zero': '/dev/zero',
    'link-environ': '/proc/self/environ',
    'link-mem': '/proc/self/mem',
    'link-tty': '/dev/tty',
    'link-trash': '.trellis-trash',
    'link-temporary': '.trellis-0123.tmp',
  };
  await Promise.all(Object.entries(links).map(([name, target]) => symlink(target, join(root, name))));
  await symlink(root, join(outside, 'back'));
  await link(join(outside, 'hard.txt'), join(root, 'hard.txt'));
}

/** FIFOs, sockets, devices, and what nobody may read. */
async function addKinds(root: string, outside: string): Promise<Server[]> {
  await promisify(execFile)('mkfifo', [join(root, 'fifo'), join(root, 'folder/fifo'), join(outside, 'fifo')]);
  // Only root may make devices; elsewhere the links to them have to do.
  await promisify(execFile)('mknod', [join(root, 'device'), 'c', '1', '5']).catch(async () => symlink('/dev/zero', join(root, 'device')));
  await writeFile(join(root, 'locked.txt'), text, { mode: 0o000 });
  await mkdir(join(root, 'locked'));
  await writeFile(join(root, 'locked/inner.txt'), text);
  await chmod(join(root, 'locked'), 0o000);
  return Promise.all([root, outside].map((folder) => listenOn(join(folder, 'socket'))));
}

async function listenOn(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
