import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the official calls are made. */
export interface OfficialGround {
  /** Holds both. */
  readonly top: string;
  readonly root: string;
  readonly outside: string;
}

/** Names that people give files, and programs. */
export const strangeNames: readonly string[] = [
  'two words.txt',
  ' spaces ',
  '-rf',
  'é-composed',
  'e\u0301-decomposed',
  '世界 🦉.txt',
  'it\'s "quoted"',
  '$& $1 `tick`',
  '[a]{b}(c)!',
  'per%20cent%2f',
  'back\\slash',
  '...',
  'x'.repeat(255),
];

/** How media begin. */
const beginnings: Readonly<Record<string, string>> = {
  jpg: '\xff\xd8\xff',
  jpeg: '\xff\xd8\xff',
  gif: 'GIF89a',
  webp: 'RIFF\x08\0\0\0WEBP',
  bmp: 'BM',
  svg: '<svg/>',
  wav: 'RIFF\x08\0\0\0WAVE',
  ogg: 'OggS',
  flac: 'fLaC',
};

const files: Readonly<Record<string, string | Buffer>> = {
  'a.txt': 'one\ntwo\nthree\nfour\nfive\n',
  'b.txt': 'no line feed',
  'crlf.txt': 'x\r\ny\r\n',
  'bom.txt': '\uFEFFbom\n',
  'empty.txt': '',
  'blank.txt': '\n\n\n',
  'long.txt': Array.from({ length: 400 }, (_, index) => `line ${index + 1}\n`).join(''),
  // Characters lie across each 1,024 bytes.
  'wide.txt': `${'世'.repeat(700)}\n${'🦉'.repeat(300)}`,
  'latin1.txt': Buffer.from('café\n', 'latin1'),
  '.hidden': 'hidden\n',
  'p.png': Buffer.from('89504e470d0a1a0a31323334', 'hex'),
  'UPPER.PNG': Buffer.from('89504e470d0a1a0a31323334', 'hex'),
  's.mp3': 'ID3abc',
  'x.bin': Buffer.from('00ff10c3', 'hex'),
  'flat/large.txt': 'x'.repeat(5000),
  'flat/middle.txt': 'x'.repeat(500),
  'flat/other.txt': 'x'.repeat(500),
  'src/a.ts': 'export const a = 1;\n',
  'src/deep/a.txt': 'deep\n',
  ...Object.fromEntries(Object.entries(beginnings).map(([ending, text]) => [`media/m.${ending}`, Buffer.from(`${text}rest`, 'latin1')])),
  'media/text.jpg': 'text',
  'media/text.wav': 'text',
  ...Object.fromEntries(strangeNames.map((name) => [`strange/${name}`, `${name.slice(0, 20)}\n`])),
};

const links: Readonly<Record<string, string>> = {
  'to-a': 'a.txt',
  'to-png': 'p.png',
  'to-src': 'src',
  'to-out': '../outside/secret.txt',
  'to-nothing': 'nothing',
  'to-loop': 'to-loop',
};

/** Lays out what the official calls are about: a root, and a folder outside of it. */
export async function layOut({ root, outside }: OfficialGround): Promise<void> {
  await mkdir(outside);
  await writeFile(join(outside, 'secret.txt'), 'secret\n');
  for (const name of ['src/deep', 'empty', 'flat', 'media', 'strange']) await mkdir(join(root, name), { recursive: true });
  await Promise.all(Object.entries(files).map(async ([name, content]) => writeFile(join(root, name), content)));
  await Promise.all(Object.entries(links).map(async ([name, to]) => symlink(to, join(root, name))));
  await chmod(join(root, 'a.txt'), 0o640);
  await chmod(join(root, 'empty'), 0o750);
}
