import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startInProcess } from '@trellis-mcp/testing';
import { app } from '../src/app.ts';
import { findFastFolder } from './find-fast-folder.ts';

/** A folder in which every call of the contract succeeds as often as it is made. */
export interface ContractGround extends AsyncDisposable {
  readonly root: string;
  /** The name of a file that nobody else gets. */
  takeFile(): string;
  /** What `restore` wants for a file that nobody else gets. */
  takeTrashed(): string;
}

/** Each is used once; a part of the contract makes a call on four roads. */
const spares = 32;
/** Files of the folder `many`, whose copy takes a second or so. */
export const manyFiles = 3000;

/** Makes it. */
export async function openContractGround(): Promise<ContractGround> {
  const root = await realpath(await mkdtemp(join(await findFastFolder(), 'trellis-contract-')));
  const nameOf = (kind: string, index: number): string => `${kind}-${String(index)}.md`;
  for (const folder of ['docs', 'moved', 'many']) await mkdir(join(root, folder));
  await writeFile(join(root, 'README.md'), '# Ferries\n\nThe ferry leaves at noon.\n');
  await writeFile(join(root, 'docs', 'p.png'), Buffer.from('89504e470d0a1a0a31323334', 'hex'));
  const names = ['spare', 'trashed'].flatMap((kind) => Array.from({ length: spares }, (_, index) => nameOf(kind, index)));
  await Promise.all(names.map(async (name) => writeFile(join(root, name), `${name}\n`)));
  for (let index = 0; index < manyFiles; index += 1) await writeFile(join(root, 'many', nameOf('one', index)), 'one\n');
  const trashed = await trash(root, names.slice(spares));
  let taken = 0;
  return {
    root,
    takeFile: () => nameOf('spare', taken++),
    takeTrashed: () => trashed.pop() ?? '',
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true }),
  };
}

async function trash(root: string, names: readonly string[]): Promise<string[]> {
  await using server = await startInProcess(app, { args: ['--root', `root=${root}`, '--write'] });
  const client = await server.connect();
  const answers = await Promise.all(names.map(async (path) => client.callTool('delete', { path })));
  return answers.map(({ data }) => (data as { readonly trashId: string }).trashId);
}
