import { expect, it } from '@jest/globals';
import { renderToolsTable } from './render-tools-table.ts';
import { replacePart } from './replace-part.ts';

it('replaces only what stands between the marks', () => {
  expect(replacePart('a\n<!-- x:start -->\nold\n<!-- x:end -->\nb', 'x', 'new\n')).toBe('a\n<!-- x:start -->\n\nnew\n\n<!-- x:end -->\nb');
});

it.each(['a', '<!-- x:start -->', '<!-- x:end --> <!-- x:start -->'])('refuses %j, which has no such part', (text) => {
  expect(() => replacePart(text, 'x', 'new')).toThrow('The page has no <!-- x:start --> with a <!-- x:end -->.');
});

it('lists tools with what they do to the world', () => {
  const table = renderToolsTable([
    { name: 'query', description: 'Run SQL | read only.', hints: { readOnly: true }, scopes: ['db:read'] },
    { name: 'fetch_page', description: 'Fetch.', hints: { readOnly: true, openWorld: true } },
    { name: 'drop_all', description: 'Drop.', hints: { destructive: true } },
  ]);
  expect(table).toContain('| `query` | Run SQL \\| read only. | reads | `db:read` |');
  expect(table).toContain('| `fetch_page` | Fetch. | reads, open world | - |');
  expect(table).toContain('| `drop_all` | Drop. | destroys | - |');
});
