import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from '@trellis-mcp/client';
import { type InProcessServer, startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import type { Deps } from '../src/deps.ts';
import type { Located } from '../src/roots/located.ts';
import { openTarget } from '../src/write/target.ts';
import { findFastFolder } from './find-fast-folder.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** A tool that writes, and one call of it that succeeds. */
export interface Writer {
  readonly tool: string;
  readonly args: (trashId: string) => Arguments;
  /** The entry that it waits for when another change of it is under way; none for what is done in one step. */
  readonly waitsFor: string | undefined;
}

/** Every tool that writes. */
export const writers: readonly Writer[] = [
  { tool: 'write_file', args: () => ({ path: 'written.md', content: 'new' }), waitsFor: 'written.md' },
  { tool: 'edit_file', args: () => ({ path: 'edited.md', edits: [{ oldText: 'old', newText: 'new' }] }), waitsFor: 'edited.md' },
  { tool: 'move', args: () => ({ from: 'moved.md', to: 'folder/moved.md' }), waitsFor: 'folder/moved.md' },
  { tool: 'copy', args: () => ({ from: 'copied.md', to: 'folder/copied.md' }), waitsFor: 'folder/copied.md' },
  { tool: 'make_directory', args: () => ({ path: 'made/deep' }), waitsFor: undefined },
  { tool: 'delete', args: () => ({ path: 'deleted.md' }), waitsFor: 'deleted.md' },
  { tool: 'restore', args: (trashId) => ({ trashId }), waitsFor: 'restored.md' },
];

/** Those that can be made to wait. */
export const waitingWriters = writers.filter(({ waitsFor }) => waitsFor !== undefined);

/** Tools that wait. */
export interface Held {
  /** How many calls have asked for their turn since, and how many of them do not wait any more. */
  readonly counts: { readonly asked: number; readonly ended: number };
  /** Gives them their turn. */
  release(): Promise<void>;
}

/** A server that writes in a folder in which each call of {@link writers} succeeds once. */
export interface WriterGround extends AsyncDisposable {
  readonly server: InProcessServer<Deps>;
  call(writer: Writer, connection: Connection, signal?: AbortSignal): Promise<unknown>;
  /** Every file with its text, the server's own at the top apart. */
  list(): Promise<Readonly<Record<string, string>>>;
  readonly root: string;
  /** Lets every tool wait that can. */
  hold(): Promise<Held>;
}

/** Starts it; `timeoutMs` is the deadline of every call. */
export async function openWriterGround({
  args = [],
  timeoutMs,
}: { args?: readonly string[]; timeoutMs?: number } = {}): Promise<WriterGround> {
  const root = await realpath(await mkdtemp(join(await findFastFolder(), 'trellis-writers-')));
  await mkdir(join(root, 'folder'));
  for (const name of ['edited', 'moved', 'copied', 'deleted', 'restored']) await writeFile(join(root, `${name}.md`), 'old');
  const { tools } = app;
  const timed: typeof app = {
    ...app,
    tools: (config, deps) => {
      const list = typeof tools === 'function' ? tools(config, deps) : (tools ?? []);
      return timeoutMs === undefined ? list : list.map((tool) => ({ ...tool, timeoutMs }));
    },
  };
  const server = await startInProcess(timed, { args: ['--root', `root=${root}`, '--write', '--legacy-sessions', ...args] });
  const { data } = await (await server.connect()).callTool('delete', { path: 'restored.md' });
  const { trashId } = data as { readonly trashId: string };
  return {
    server,
    root,
    call: async ({ tool, args: argsFor }, connection, signal) => connection.callTool(tool, argsFor(trashId), signal && { signal }),
    list: async () => list(root),
    hold: async () => hold(server.deps),
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(root, { recursive: true });
    },
  };
}

async function list(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  const own = files.filter((path) => !path.startsWith('.trellis-trash/')).toSorted();
  return Object.fromEntries(await Promise.all(own.map(async (path) => [path, await readFile(join(root, path), 'utf8')])));
}

/** Has the turn of every entry, as another change would have that takes long. */
async function hold({ roots, writer }: Pick<Deps, 'roots' | 'writer'>): Promise<Held> {
  const end = Promise.withResolvers<undefined>();
  const turns = await Promise.all(waitingWriters.map(async ({ waitsFor = '' }) => takeTurn(writer, roots.locate(waitsFor), end.promise)));
  const counts = watchTurns(writer.locks);
  return {
    counts,
    release: async () => {
      end.resolve(undefined);
      await Promise.all(turns.map(async ({ over }) => over));
    },
  };
}

/** Counts from now on. */
function watchTurns(locks: Deps['writer']['locks']): Held['counts'] {
  const counts = { asked: 0, ended: 0 };
  const hold = locks.hold.bind(locks);
  locks.hold = async (keys, signal, run) => {
    counts.asked += 1;
    try {
      return await hold(keys, signal, run);
    } finally {
      counts.ended += 1;
    }
  };
  return counts;
}

async function takeTurn({ locks }: Deps['writer'], located: Located, end: Promise<void>): Promise<{ readonly over: Promise<void> }> {
  await using target = await openTarget(located);
  const begun = Promise.withResolvers<undefined>();
  const over = locks.hold([target.key], new AbortController().signal, async () => {
    begun.resolve(undefined);
    await end;
  });
  await begun.promise;
  return { over };
}
