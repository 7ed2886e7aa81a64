import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { loadConfig } from './load-config.ts';
import { renderHelp } from './render-help.ts';
import { setting } from './setting.ts';

const program = {
  program: 'trellis-x',
  version: '1.2.3',
  description: 'Serves x.',
  commands: [
    { name: 'doctor', summary: 'Check.' },
    { name: 'import', summary: 'Import.', args: { placeholder: 'path', description: 'Files.', max: 2 } },
  ],
};

describe('a setting that takes arguments without a flag', () => {
  const withPaths = z.object({ path: setting(z.array(z.string()).default([]), { repeatOnly: true, positional: './' }) });

  it.each([
    ['one argument', ['./a'], undefined, ['./a']],
    ['a flag and arguments', ['./b,c', '--path', 'a', '/d'], undefined, ['a', './b,c', '/d']],
    ['arguments beside a command', ['doctor', './a'], 'doctor', ['./a']],
    ['a command in the middle', ['./a', 'doctor', './b'], 'doctor', ['./a', './b']],
    ['anything after the terminator', ['--', 'doctor', '-x'], undefined, ['doctor', '-x']],
    ['none when the command has arguments of its own', ['import', './a'], 'import', []],
  ])('takes %s', async (_title, argv, command, path) => {
    const result = await loadConfig(withPaths, { ...program, argv, env: {} });
    expect(result).toMatchObject({ kind: 'run', config: { path }, ...(command === undefined ? {} : { command }) });
  });

  it('leaves other words to the commands', async () => {
    const result = await loadConfig(withPaths, { ...program, argv: ['docter'], env: {} });
    expect(result).toMatchObject({ kind: 'exit', code: 64, stderr: expect.stringContaining('doctor') as unknown });
  });

  it('beats the variable', async () => {
    const result = await loadConfig(withPaths, { ...program, argv: ['./a'], env: { TRELLIS_PATH: './b' } });
    expect(result).toMatchObject({ config: { path: ['./a'] } });
  });

  it('is shown in the usage', () => {
    expect(renderHelp(withPaths, program)).toContain('[options] [text]...');
  });
});
