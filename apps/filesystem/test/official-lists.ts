import { call, type OfficialCall } from './official-call.ts';

const folders = [
  ...['', '/empty', '/strange', '/to-src', '/a.txt', '/none'].map((name) => call('list_directory', { path: `{root}${name}` })),
  call('list_directory', { path: 'src' }),
  call('list_directory', { path: '.' }),
  call('list_directory', { path: '{root}/' }),
  call('list_directory', { path: '{root}/src/..' }, 'parents'),
  call('list_directory_with_sizes', { path: '{root}' }, 'links'),
  ...['/flat', '/strange', '/empty', '/none', '/a.txt'].map((name) => call('list_directory_with_sizes', { path: `{root}${name}` })),
  ...['name', 'size'].flatMap((sortBy) =>
    ['/flat', '/media', '/strange', '/empty'].map((name) => call('list_directory_with_sizes', { path: `{root}${name}`, sortBy })),
  ),
  call('list_directory_with_sizes', { path: '{root}', sortBy: 'age' }),
];

const excluded = [
  ...['deep', '*.txt', '**/*.txt', 'src/*', 'src/deep', 'a.txt', '**/deep', '**/*', '[ab].txt', '?.txt', '{a,b}.txt'],
  ...['.*', 'to-*', '**/*[!s]', 'SRC', '*.{png,mp3,bin}', 'src/**', '**/src/**', '\\*.txt'],
];

const trees = [
  call('directory_tree', { path: '{root}' }),
  call('directory_tree', { path: '{root}/empty' }),
  call('directory_tree', { path: '{root}/to-src' }),
  call('directory_tree', { path: 'src' }),
  call('directory_tree', { path: '{root}/a.txt' }),
  call('directory_tree', { path: '{root}/none' }),
  call('directory_tree', { path: '{root}', excludePatterns: ['', 'strange', 'media'] }, 'emptyPattern'),
  ...excluded.map((pattern) => call('directory_tree', { path: '{root}', excludePatterns: [pattern, 'strange', 'media'] })),
  call('directory_tree', { path: '{root}', excludePatterns: ['deep', '*.txt', 'strange', 'media'] }),
  call('directory_tree', { path: '{root}', excludePatterns: 'deep' }),
];

const sought = [
  ...['*.txt', '**/*.txt', 'a.txt', '**/a*', '**/deep', 'none', 'src/**', 'src/*.ts', '**/.hid*', '[ab].txt', '?.txt'],
  ...['', 'A.TXT', '**/*.{ts,png}', '[!a-z]*', '\\a.txt', '**/*世界*', 'src/', '{root}/a.txt', '**/*.TXT', '#a'],
];

const searches = [
  ...sought.map((pattern) => call('search_files', { path: '{root}', pattern })),
  ...['!*.txt', '+(a|b).txt', '@(a|b).txt'].map((pattern) => call('search_files', { path: '{root}', pattern }, 'syntax')),
  ...['./a.txt', '/a.txt'].map((pattern) => call('search_files', { path: '{root}', pattern }, 'anchored')),
  ...['**', '*', 'to-*'].map((pattern) => call('search_files', { path: '{root}', pattern }, 'links')),
  call('search_files', { path: '{root}/src', pattern: '**/*.{ts,txt}' }),
  call('search_files', { path: 'src', pattern: '**/*.txt' }),
  call('search_files', { path: '{root}/to-src', pattern: '**' }),
  ...['deep', 'src/deep', 'src', '**/deep/**', '*.txt', '**/a*', '.*'].map((pattern) =>
    call('search_files', { path: '{root}', pattern: '**/*.txt', excludePatterns: [pattern] }),
  ),
  call('search_files', { path: '{root}', pattern: '**/*.txt', excludePatterns: ['flat/*', 'src/**', 'strange'] }),
  call('search_files', { path: '{root}/none', pattern: '*' }),
  call('search_files', { path: '{root}/a.txt', pattern: '*' }),
  call('search_files', { path: '{root}' }),
];

/** Calls about what is there. */
export const officialLists: readonly OfficialCall[] = [
  call('list_allowed_directories'),
  ...folders,
  ...trees,
  ...searches,
  ...['a.txt', 'empty', 'empty.txt', 'to-a', 'to-src', 'to-out', 'strange/-rf', ''].map((name) =>
    call('get_file_info', { path: `{root}/${name}` }),
  ),
];
