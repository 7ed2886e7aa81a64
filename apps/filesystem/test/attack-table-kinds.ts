import { cross, readers, type Attack, type PathAttack } from './attack-verdict.ts';

const fileReaders = readers.filter(({ tool }) => tool === 'read_file' || tool === 'read_files');
const folderReaders = readers.filter(({ tool }) => ['list_directory', 'tree', 'find_files', 'search_text'].includes(tool));

/** What is neither a file nor a folder: it is named, and nobody waits for it. */
const special: readonly PathAttack[] = [
  ['fifo', 'INVALID_INPUT', 'a FIFO that nobody writes to'],
  ['folder/fifo', 'INVALID_INPUT', 'one further down'],
  ['link-fifo', 'INVALID_INPUT', 'a link to a FIFO inside'],
  ['socket', 'INVALID_INPUT', 'a socket'],
];

/** What would change something that is no plain file, or that has a second name outside. */
const changes: readonly Attack[] = [
  ['write_file', { path: 'fifo', content: 'x' }, 'INVALID_INPUT', 'a FIFO is not replaced'],
  ['write_file', { path: 'socket', content: 'x' }, 'INVALID_INPUT', 'a socket is not replaced'],
  ['write_file', { path: 'device', content: 'x' }, 'INVALID_INPUT', 'a device is not replaced'],
  ['write_file', { path: 'folder', content: 'x' }, 'INVALID_INPUT', 'a folder is not replaced'],
  ['write_file', { path: 'hard.txt', content: 'x' }, 'DENIED', 'a file with a second name outside'],
  ['write_file', { path: '.', content: 'x' }, 'DENIED', 'the root'],
  ['edit_file', { path: 'hard.txt', edits: [{ oldText: 'inside', newText: 'x', expected: 10 }] }, 'DENIED', 'the same'],
  ['edit_file', { path: 'fifo', edits: [{ oldText: 'a', newText: 'b' }] }, 'INVALID_INPUT', 'a FIFO has no text'],
  ['copy', { from: 'fifo', to: 'copied.txt' }, 'INVALID_INPUT', 'a FIFO is not read'],
  ['copy', { from: 'device', to: 'copied.txt' }, 'INVALID_INPUT', 'what never ends is not copied'],
  ['copy', { from: 'socket', to: 'copied.txt' }, 'INVALID_INPUT', 'a socket is not copied'],
  ['copy', { from: 'folder', to: 'folder/deep/copied' }, 'INVALID_INPUT', 'a folder into itself'],
  ['copy', { from: '.', to: 'folder/all' }, 'INVALID_INPUT', 'the root into itself'],
  ['move', { from: 'folder', to: 'folder/deep/moved' }, 'INVALID_INPUT', 'a folder into itself'],
  ['move', { from: '.', to: 'folder/all' }, 'DENIED', 'the root'],
  ['move', { from: 'inside.txt', to: '.', overwrite: true }, 'DENIED', 'over the root'],
  ['delete', { path: '.', recursive: true }, 'DENIED', 'the root'],
  ['make_directory', { path: '.' }, 'ok', 'the root is there already'],
];

/** Files, folders and links of every kind. */
export const attackKinds: readonly Attack[] = [
  ...cross(fileReaders, special),
  ...cross(folderReaders, special),
  ...cross(fileReaders, [['device', 'INVALID_INPUT', 'what never ends']]),
  ...cross(fileReaders, [['folder', 'INVALID_INPUT', 'a folder is no file']]),
  ...cross(folderReaders, [['inside.txt', 'INVALID_INPUT', 'a file is no folder']]),
  ['stat', { path: 'fifo' }, 'ok', 'its kind may be told'],
  ['stat', { path: 'socket' }, 'ok', 'its kind may be told'],
  ['list_directory', { path: '.', hidden: true, limit: 1000 }, 'ok', 'links are listed, not what they lead to'],
  ['tree', { path: '.' }, 'ok', 'links are shown, not followed'],
  ['find_files', { path: '.', glob: '**' }, 'ok', 'links are not followed'],
  ['find_files', { path: '.', glob: '**/*', gitignore: false, limit: 1000 }, 'ok', 'the same, with all'],
  ['search_text', { path: '.', pattern: 'outside-' }, 'ok', 'links are not followed, and FIFOs not waited for'],
  ['search_text', { path: 'link-self', pattern: 'outside-' }, 'ok', 'the root by a link to itself'],
  ['read_file', { path: 'link-inside/inner.txt' }, 'ok', 'a link inside'],
  ['read_file', { path: 'link-inside-file' }, 'ok', 'a link to a file inside'],
  ['read_file', { path: 'link-there-and-back/inside.txt' }, 'ok', 'out and in again: what is opened is inside'],
  ['read_file', { path: './/./inside.txt' }, 'ok', 'dots and doubled slashes'],
  ['read_file', { path: 'folder/' }, 'INVALID_INPUT', 'a folder with a slash'],
  ['read_file', { path: 'trailing ' }, 'ok', 'a name that ends with a space'],
  ['read_file', { path: '-rf' }, 'ok', 'a name like a flag'],
  ['read_file', { path: 'new\nline.txt' }, 'ok', 'a name with a line feed'],
  ['read_file', { path: 'sparse.bin', unit: 'byte', offset: -10 }, 'ok', 'the end of 8 GiB of nothing'],
  ['search_text', { path: '.', pattern: 'inside', glob: 'sparse.bin' }, 'ok', '8 GiB of nothing'],
  ...changes,
];
