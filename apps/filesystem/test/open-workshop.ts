import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Connection, ConnectOptions } from '@trellis-mcp/client';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { expectClosed } from './expect-closed.ts';

/** A server that may write in a folder of its own, and a client whose user agrees to everything. */
export interface Workshop extends AsyncDisposable {
  readonly root: string;
  /** Beside the root. */
  readonly outside: string;
  /** What the user was asked. */
  readonly asked: string[];
  /** The data of a call. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<unknown>;
  connect(options?: ConnectOptions): Promise<Connection>;
  /** The paths in the root, but for the server's own. */
  list(): Promise<readonly string[]>;
}

/** What {@link openWorkshop} lays out. */
export interface WorkshopOptions {
  /** Files of the root by path. Default: none. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Default: none. */
  readonly args?: readonly string[];
  /** Where the folders are made. Default: the system's folder for temporary files. */
  readonly place?: string;
}

/** Starts it. */
export async function openWorkshop({ files = {}, args = [], place = tmpdir() }: WorkshopOptions = {}): Promise<Workshop> {
  const top = await realpath(await mkdtemp(join(place, 'trellis-workshop-')));
  const [root, outside] = [join(top, 'root'), join(top, 'outside')];
  await Promise.all([root, outside].map(async (folder) => mkdir(folder)));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const server = await startInProcess(app, { args: ['--write', '--root', `root=${root}`, ...args] });
  const asked: string[] = [];
  const agree: ConnectOptions = {
    onAsk: ({ message }) => {
      asked.push(message);
      return Promise.resolve({ action: 'accept', content: {} });
    },
  };
  const client = await server.connect(agree);
  return {
    root,
    outside,
    asked,
    call: async (tool, callArgs) => (await client.callTool(tool, callArgs)).data,
    connect: async (options) => server.connect(options),
    list: async () => {
      const names = await readdir(root, { recursive: true });
      return names.filter((name) => !name.startsWith('.trellis-trash')).toSorted();
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
      await expectClosed(top);
      await rm(top, { recursive: true });
    },
  };
}
