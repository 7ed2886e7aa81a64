import { call, type Difference, type OfficialCall } from './official-call.ts';

const write = (path: string, content: string): OfficialCall => call('write_file', { path, content });
const read = (path: string): OfficialCall => call('read_text_file', { path });
const edit = (name: string, edits: readonly (readonly [string, string])[], options: object = {}, differs?: Difference): OfficialCall =>
  call('edit_file', { path: `{root}/${name}`, edits: edits.map(([oldText, newText]) => ({ oldText, newText })), ...options }, differs);
const dryRun = { dryRun: true };

const writes = [
  write('{root}/new.txt', 'hello\nthere\n'),
  write('{root}/new.txt', 'hello again\nthere\n'),
  write('other.txt', 'Grüße, 世界'),
  write('{root}/none/new.txt', 'x'),
  write('{root}/nothing-in-it.txt', ''),
  write('{root}/crlf-2.txt', 'a\r\nb\r\n'),
  write('{root}/strange/$& 世界\ttab', 'x'),
  write('{root}/to-a', 'over a link\n'),
  write('{root}/to-out', 'x'),
  write('{root}/to-nothing', 'x'),
  write('{root}/src', 'x'),
  write('{root}/', 'x'),
  write(`{root}/${'y'.repeat(256)}`, 'x'),
  write('{outside}/none/x', 'x'),
  call('write_file', { path: '{root}/new.txt' }),
  call('write_file', { path: '{root}/new.txt', content: 5 }),
  ...['other.txt', 'nothing-in-it.txt', 'crlf-2.txt', 'a.txt'].map((name) => read(`{root}/${name}`)),
  call('get_file_info', { path: '{root}/a.txt' }),
];

const edits = [
  edit('new.txt', [['hello', 'bye']], dryRun),
  read('{root}/new.txt'),
  edit('new.txt', [['hello', 'bye']]),
  edit(
    'long.txt',
    [
      ['line 3\n', ''],
      ['line 150\n', 'LINE 150\nand more\n'],
    ],
    {},
    'context',
  ),
  call('read_text_file', { path: '{root}/long.txt', head: 152 }),
  edit('other.txt', [['Grüße', '```']]),
  edit('other.txt', [['世界', '$& $1 $$']]),
  read('{root}/other.txt'),
  edit('b.txt', [['no line feed', 'still none']]),
  edit('b.txt', [['still none', 'one now\n']]),
  edit('b.txt', [
    ['one now', 'first'],
    ['first', 'second'],
  ]),
  edit('b.txt', [['second', 'second']], {}, 'emptyEdit'),
  edit('b.txt', [['second\n', '']]),
  read('{root}/b.txt'),
  edit('empty.txt', [['x', 'y']]),
  edit('bom.txt', [['bom', 'BOM']], dryRun),
  edit('new.txt', [
    ['bye', 'hi'],
    ['not there', 'x'],
  ]),
  edit('new.txt', [['not there', 'x']]),
  edit('new.txt', [['', 'x']], dryRun, 'emptyEdit'),
  edit('long.txt', [['line 2', 'x']], dryRun, 'places'),
  edit('new.txt', [['  there', 'x']], dryRun, 'spaces'),
  edit('crlf.txt', [['x', 'z']], dryRun, 'endings'),
  edit('crlf.txt', [['x\ny', 'z']], dryRun, 'endings'),
  edit('new.txt', [], {}, 'emptyEdit'),
  edit('none.txt', [['x', 'y']]),
  edit('src', [['x', 'y']]),
  edit('to-out', [['secret', 'x']]),
  edit('x.bin', [['x', 'y']]),
  call('edit_file', { path: '{root}/new.txt' }),
  call('edit_file', { path: '{root}/new.txt', edits: [{ oldText: 'x' }] }),
  read('{root}/new.txt'),
  call('get_file_info', { path: '{root}/new.txt' }),
];

const move = (source: string, destination: string): OfficialCall =>
  call('move_file', { source: `{root}/${source}`, destination: `{root}/${destination}` });

const places = [
  ...['made/deep', 'made/deep', 'made', 'strange/Ünder 世界', 'to-src/below'].map((name) =>
    call('create_directory', { path: `{root}/${name}` }),
  ),
  ...['a.txt', 'a.txt/x', 'to-out/x', 'to-nothing'].map((name) => call('create_directory', { path: `{root}/${name}` })),
  call('create_directory', { path: 'made/relative' }),
  call('create_directory', { path: '{outside}/new' }),
  move('new.txt', 'made/new.txt'),
  move('made/new.txt', 'a.txt'),
  move('made/new.txt', 'empty'),
  move('made/new.txt', 'made/new.txt'),
  move('made/new.txt', 'none/new.txt'),
  move('made/new.txt', 'to-nothing'),
  move('none', 'made/none'),
  move('made', 'made/deep/made'),
  move('made', 'moved'),
  move('strange/-rf', 'strange/--'),
  call('move_file', { source: '{root}/a.txt', destination: '{outside}/new' }),
  call('move_file', { source: '{outside}/secret.txt', destination: '{root}/passwd' }),
  call('move_file', { source: '{root}/a.txt' }),
  call('directory_tree', { path: '{root}' }),
  move('to-png', 'moved/to-png'),
  call('directory_tree', { path: '{root}/moved' }),
  call('search_files', { path: '{root}', pattern: '{p.png,to-png}' }, 'movedLinks'),
];

/** Calls that change files, each after those before it. */
export const officialWrites: readonly OfficialCall[] = [...writes, ...edits, ...places];
