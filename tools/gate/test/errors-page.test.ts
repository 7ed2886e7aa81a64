import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { errorCodes, exitCodes } from '@trellis-mcp/errors';
import { repositoryRoot } from '../src/repository-root.ts';

const page = await readFile(join(repositoryRoot, 'docs/reference/errors.md'), 'utf8');
const [codes = '', exits = ''] = page.split('## Exit codes');

it('explains every error code, and no other', () => {
  expect([...codes.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code)).toEqual([...errorCodes]);
});

it('explains every exit code by its name', () => {
  const rows = [...exits.matchAll(/^\| (\d+)\s+\| `(\w+)`/gm)].map(([, code, name]) => [name, Number(code)]);
  expect(Object.fromEntries(rows)).toEqual(exitCodes);
});
