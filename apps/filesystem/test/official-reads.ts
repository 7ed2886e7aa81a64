import { call, type Difference, type OfficialCall } from './official-call.ts';
import { strangeNames } from './official-folder.ts';

const text = (name: string, part: Readonly<Record<string, unknown>> = {}, differs?: Difference): OfficialCall =>
  call('read_text_file', { path: `{root}/${name}`, ...part }, differs);

const wholes = [
  ...['a.txt', 'b.txt', 'crlf.txt', 'bom.txt', 'empty.txt', 'long.txt', 'wide.txt', '.hidden'].map((name) => text(name)),
  ...['to-a', 'to-src/a.ts', 'to-out', 'to-nothing', 'to-loop'].map((name) => text(name)),
  ...strangeNames.map((name) => text(`strange/${name}`)),
  text('x.bin', {}, 'noText'),
  text('latin1.txt', {}, 'encodings'),
];

const parts = [
  ...[1, 2, 5, 6, 99].map((head) => text('a.txt', { head })),
  ...[1, 2, 5, 6, 99].map((tail) => text('a.txt', { tail })),
  ...['head', 'tail'].flatMap((end) => ['b.txt', 'empty.txt', 'bom.txt', 'blank.txt', 'wide.txt'].map((name) => text(name, { [end]: 1 }))),
  ...['head', 'tail'].flatMap((end) => [2, 3].map((count) => text('blank.txt', { [end]: count }))),
  text('long.txt', { tail: 3 }),
  text('long.txt', { head: 300 }),
  text('wide.txt', { tail: 2 }),
  text('crlf.txt', { head: 1 }),
  text('crlf.txt', { tail: 2 }, 'endings'),
  ...[0, -1, 1.5].flatMap((count) => [text('a.txt', { head: count }, 'noParts'), text('a.txt', { tail: count }, 'noParts')]),
  text('a.txt', { head: '1' }),
  text('a.txt', { head: 1, tail: 1 }),
];

const older = [
  call('read_file', { path: '{root}/a.txt' }),
  call('read_file', { path: '{root}/a.txt', head: 2 }),
  call('read_file', { path: '{root}/a.txt', tail: 3 }),
  call('read_file', { path: '{root}/a.txt', head: 1, tail: 1 }),
  call('read_file', { path: '{root}/empty.txt' }),
  call('read_file', { path: 'a.txt' }),
  call('read_file', { path: '{root}/src' }),
  call('read_file', { path: '{root}/none.txt' }),
];

const media = [
  ...['p.png', 's.mp3', 'x.bin', 'a.txt', 'empty.txt', 'UPPER.PNG', 'to-png', 'none.png', 'src'].map((name) =>
    call('read_media_file', { path: `{root}/${name}` }),
  ),
  ...['jpg', 'jpeg', 'gif', 'webp', 'bmp', 'wav', 'ogg', 'flac'].map((ending) =>
    call('read_media_file', { path: `{root}/media/m.${ending}` }),
  ),
  ...['m.svg', 'text.jpg', 'text.wav'].map((name) => call('read_media_file', { path: `{root}/media/${name}` }, 'images')),
  call('read_media_file', { path: '{outside}/secret.txt' }),
];

const several = [
  call('read_multiple_files', { paths: ['{root}/a.txt', '{root}/b.txt'] }),
  call('read_multiple_files', { paths: ['src/deep/a.txt'] }),
  call('read_multiple_files', { paths: ['{root}/a.txt', '{root}/a.txt', 'empty.txt'] }),
  call('read_multiple_files', { paths: ['{root}/a.txt', '{root}/none.txt', '{root}/src', '{outside}/secret.txt'] }, 'errors'),
  call('read_multiple_files', { paths: [] }),
  call('read_multiple_files', { paths: '{root}/a.txt' }),
];

/** Calls that read files. */
export const officialReads: readonly OfficialCall[] = [...wholes, ...parts, ...older, ...media, ...several];

/** Paths that lead nowhere, or outside. */
const astray = [
  '{root}/none.txt',
  '{root}/none/none.txt',
  '{root}/a.txt/x',
  '{root}/src',
  '{outside}/secret.txt',
  '{outside}/none.txt',
  '/',
  '{root}-2/a.txt',
  '..',
  '../x',
  '{root}/../x',
  '{root}/src/../../x',
  '~',
  '~/x',
  'C:\\x',
  '{root}/a.txt\0',
];

/** Every tool with each path that leads to nothing. */
export const officialAstray: readonly OfficialCall[] = [
  ...astray.map((path) => call('read_text_file', { path })),
  ...astray.filter((path) => path !== '{root}/src').map((path) => call('get_file_info', { path })),
  call('read_text_file', { path: '' }),
  call('get_file_info', { path: '' }, 'emptyPath'),
];
