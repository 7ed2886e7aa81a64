import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const rootFiles = [
  'package.json',
  'nx.json',
  'jest.config.mjs',
  'eslint.config.mjs',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.eslint.json',
];
const leftOut = new Set(['node_modules', 'coverage', 'data', 'package']);

/** What a program printed and how it ended. */
export interface Outcome {
  code: number | null;
  output: string;
}

/** A second checkout in a temporary folder, with the compiler's state, that shares the installed third-party packages. */
export class WorkspaceCopy implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<WorkspaceCopy> {
    const copy = new WorkspaceCopy(await mkdtemp(join(tmpdir(), 'trellis-copy-')));
    const folders = ['libs', 'apps', 'tools', 'benchmarks', '.prettierrc.json', ...rootFiles];
    await Promise.all(
      folders.map((name) =>
        cp(join(root, name), join(copy.path, name), {
          recursive: true,
          preserveTimestamps: true,
          filter: (file) => !leftOut.has(basename(file)),
        }),
      ),
    );
    await copy.linkPackages();
    return copy;
  }

  /** Links one workspace package the way `npm install` does. */
  async link(folder: string, name: string): Promise<void> {
    await symlink(join(this.path, folder), join(this.path, 'node_modules/@trellis-mcp', name), 'junction');
  }

  /** Runs a Node program of the repository inside the copy. */
  async run(args: readonly string[]): Promise<Outcome> {
    const env = { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NX_WORKSPACE_ROOT_PATH: this.path, FORCE_COLOR: '0' };
    const child = spawn(process.execPath, args, { cwd: this.path, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => parts.push(text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output: parts.join('') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  private async linkPackages(): Promise<void> {
    const target = join(this.path, 'node_modules');
    await mkdir(join(target, '@trellis-mcp'), { recursive: true });
    const names = await readdir(join(root, 'node_modules'));
    const thirdParty = names.filter((name) => name !== '@trellis-mcp' && name !== '.cache');
    await Promise.all(thirdParty.map((name) => symlink(join(root, 'node_modules', name), join(target, name), 'junction')));
    for (const group of ['libs', 'tools']) {
      const folders = await readdir(join(this.path, group));
      await Promise.all(folders.map((name) => this.link(`${group}/${name}`, group === 'tools' ? `tool-${name}` : name)));
    }
  }
}
