import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One call as a client of the official server makes it; `{root}` stands for the folder. */
export interface OfficialCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Why the answer of Trellis is another one, on purpose. */
  readonly differs?: string;
}

const call = (tool: string, args: Readonly<Record<string, unknown>> = {}, differs?: string): OfficialCall => ({
  tool,
  args,
  ...(differs !== undefined && { differs }),
});

/** Ordinary calls, in an order in which each finds what those before it left behind. */
export const officialCalls: readonly OfficialCall[] = [
  call('list_allowed_directories'),
  ...['a.txt', 'b.txt', 'crlf.txt', 'bom.txt', 'empty.txt', 'long.txt'].map((name) => call('read_text_file', { path: `{root}/${name}` })),
  ...[1, 2, 5, 6, 99].map((head) => call('read_text_file', { path: '{root}/a.txt', head })),
  ...[1, 2, 5, 6, 99].map((tail) => call('read_text_file', { path: '{root}/a.txt', tail })),
  call('read_text_file', { path: '{root}/b.txt', head: 1 }),
  call('read_text_file', { path: '{root}/b.txt', tail: 1 }),
  call('read_text_file', { path: '{root}/long.txt', tail: 3 }),
  call('read_text_file', { path: '{root}/long.txt', head: 300 }),
  call('read_text_file', { path: '{root}/crlf.txt', head: 1 }),
  call('read_text_file', { path: '{root}/crlf.txt', tail: 2 }, 'line endings stay'),
  call('read_text_file', { path: '{root}/a.txt', head: 0 }, 'no lines are no part'),
  call('read_text_file', { path: '{root}/x.bin' }, 'bytes are no text'),
  call('read_media_file', { path: '{root}/x.bin' }),
  call('list_directory', { path: '{root}/src/..' }, 'no .. in a path'),
  call('read_text_file', { path: '{root}/a.txt', head: 1, tail: 1 }),
  call('read_text_file', { path: '{root}/none.txt' }),
  call('read_text_file', { path: '{root}/src' }),
  call('read_text_file', { path: '/etc/passwd' }),
  call('read_file', { path: '{root}/a.txt' }),
  call('read_file', { path: '{root}/a.txt', head: 2 }),
  call('read_file', { path: '{root}/a.txt', tail: 3 }),
  call('read_file', { path: 'a.txt' }),
  call('read_media_file', { path: '{root}/p.png' }),
  call('read_media_file', { path: '{root}/s.mp3' }),
  call('read_media_file', { path: '{root}/none.png' }),
  call('read_multiple_files', { paths: ['{root}/a.txt', '{root}/b.txt'] }),
  call('read_multiple_files', { paths: ['src/deep/a.txt'] }),
  call('read_multiple_files', { paths: [] }),
  call('list_directory', { path: '{root}' }),
  call('list_directory', { path: '{root}/empty' }),
  call('list_directory', { path: 'src' }),
  call('list_directory', { path: '{root}/a.txt' }),
  call('list_directory', { path: '{root}/none' }),
  call('list_directory_with_sizes', { path: '{root}' }),
  call('list_directory_with_sizes', { path: '{root}/flat', sortBy: 'size' }),
  call('list_directory_with_sizes', { path: '{root}/empty' }),
  call('list_directory_with_sizes', { path: '{root}', sortBy: 'age' }),
  call('directory_tree', { path: '{root}' }),
  call('directory_tree', { path: '{root}/empty' }),
  call('directory_tree', { path: '{root}/none' }),
  ...['deep', '*.txt', '**/*.txt', 'src/*', 'src/deep', 'a.txt', '**/deep', '**/*', '[ab].txt', '?.txt', '{a,b}.txt'].map((pattern) =>
    call('directory_tree', { path: '{root}', excludePatterns: [pattern] }),
  ),
  ...['*.txt', '**/*.txt', 'a.txt', '**/a*', '**/deep', 'none', '**', '*', 'src/**', 'src/*.ts', '**/.hid*', '[ab].txt', '?.txt'].map(
    (pattern) => call('search_files', { path: '{root}', pattern }),
  ),
  call('search_files', { path: '{root}/src', pattern: '**/*.{ts,txt}' }),
  call('search_files', { path: 'src', pattern: '**/*.txt' }),
  ...['deep', 'src/deep', 'src', '**/deep/**', '*.txt'].map((pattern) =>
    call('search_files', { path: '{root}', pattern: '**/*.txt', excludePatterns: [pattern] }),
  ),
  call('search_files', { path: '{root}/none', pattern: '*' }),
  call('get_file_info', { path: '{root}/a.txt' }),
  call('get_file_info', { path: '{root}/empty' }),
  call('get_file_info', { path: '{root}/none' }),
  call('write_file', { path: '{root}/new.txt', content: 'hello\nthere\n' }),
  call('write_file', { path: '{root}/new.txt', content: 'hello again\nthere\n' }),
  call('write_file', { path: 'other.txt', content: 'Grüße, 世界' }),
  call('write_file', { path: '{root}/none/new.txt', content: 'x' }),
  call('write_file', { path: '{root}/new.txt' }),
  call('read_text_file', { path: '{root}/other.txt' }),
  call('edit_file', { path: '{root}/new.txt', edits: [{ oldText: 'hello', newText: 'bye' }], dryRun: true }),
  call('read_text_file', { path: '{root}/new.txt' }),
  call('edit_file', { path: '{root}/new.txt', edits: [{ oldText: 'hello', newText: 'bye' }] }),
  call(
    'edit_file',
    {
      path: '{root}/long.txt',
      edits: [
        { oldText: 'line 3\n', newText: '' },
        { oldText: 'line 150\n', newText: 'LINE 150\nand more\n' },
      ],
    },
    'three lines around a change, not four',
  ),
  call('read_text_file', { path: '{root}/long.txt', head: 152 }),
  call('edit_file', { path: '{root}/other.txt', edits: [{ oldText: 'Grüße', newText: '```' }] }),
  call('edit_file', { path: '{root}/new.txt', edits: [{ oldText: 'not there', newText: 'x' }] }),
  call('edit_file', { path: '{root}/long.txt', edits: [{ oldText: 'line 2', newText: 'x' }], dryRun: true }, 'several places'),
  call('edit_file', { path: '{root}/new.txt', edits: [{ oldText: '  there', newText: 'x' }], dryRun: true }, 'other spaces'),
  call('edit_file', { path: '{root}/crlf.txt', edits: [{ oldText: 'x', newText: 'z' }], dryRun: true }, 'line endings stay'),
  call('edit_file', { path: '{root}/new.txt', edits: [] }, 'no edits are a mistake'),
  call('read_text_file', { path: '{root}/new.txt' }),
  call('create_directory', { path: '{root}/made/deep' }),
  call('create_directory', { path: '{root}/made/deep' }),
  call('create_directory', { path: '{root}/a.txt' }),
  call('move_file', { source: '{root}/new.txt', destination: '{root}/made/new.txt' }),
  call('move_file', { source: '{root}/made/new.txt', destination: '{root}/a.txt' }),
  call('move_file', { source: '{root}/none', destination: '{root}/made/none' }),
  call('move_file', { source: '{root}/made', destination: '{root}/moved' }),
  call('directory_tree', { path: '{root}' }),
];

/** Lays the folder of {@link officialCalls} out. */
export async function layOut(root: string): Promise<void> {
  for (const name of ['src/deep', 'empty', 'flat']) await mkdir(join(root, name), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    'a.txt': 'one\ntwo\nthree\nfour\nfive\n',
    'b.txt': 'no line feed',
    'crlf.txt': 'x\r\ny\r\n',
    'bom.txt': '\uFEFFbom\n',
    'empty.txt': '',
    'long.txt': Array.from({ length: 3000 }, (_, index) => `line ${index + 1}\n`).join(''),
    '.hidden': 'hidden\n',
    'p.png': Buffer.from('89504e470d0a1a0a31323334', 'hex'),
    's.mp3': 'ID3abc',
    'x.bin': Buffer.from('00ff10c3', 'hex'),
    'flat/large.txt': 'x'.repeat(5000),
    'flat/middle.txt': 'x'.repeat(500),
    'flat/other.txt': 'x'.repeat(500),
    'src/a.ts': 'export const a = 1;\n',
    'src/deep/a.txt': 'deep\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content);
  await chmod(join(root, 'a.txt'), 0o640);
  await chmod(join(root, 'empty'), 0o750);
}
