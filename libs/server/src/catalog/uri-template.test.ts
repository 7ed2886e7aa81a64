import { expect, it } from '@jest/globals';
import { parseUriTemplate } from './uri-template.ts';

it.each([
  ['test://page/{number}', 'test://page/7', { number: '7' }],
  ['test://page/{number}', 'test://page/a%2Fb', { number: 'a/b' }],
  ['test://page/{number}', 'test://page/a/b', undefined],
  ['test://page/{number}', 'test://page/', undefined],
  ['test://page/{number}', 'xtest://page/7', undefined],
  ['test://page/{number}', 'test://page/7\n', undefined],
  ['test://page/{number}', 'test://page/%zz', undefined],
  ['file:///{+path}', 'file:///a/b/c.txt', { path: 'a/b/c.txt' }],
  ['file:///{+path}', 'file:///a?b', undefined],
  ['db://{schema}{/table}', 'db://public/users', { schema: 'public', table: 'users' }],
  ['x://{a}{?cursor,limit}', 'x://1', { a: '1' }],
  ['x://{a}{?cursor,limit}', 'x://1?limit=2', { a: '1', limit: '2' }],
  ['x://{a}{?cursor,limit}', 'x://1?cursor=a%26b&limit=2&other=3', { a: '1', cursor: 'a&b', limit: '2' }],
  ['x://a.b/{c}', 'x://aXb/1', undefined],
  ['x://{a}', `x://${'a'.repeat(9000)}`, undefined],
])('%s against %s gives %j', (template, uri, expected) => {
  expect(parseUriTemplate(template).match(uri)).toEqual(expected);
});

it.each(['x://{a,b}', 'x://{?q}/more', 'x://{a', 'x://{#frag}', 'x://{a*}', `x://${'a'.repeat(1001)}`])('does not take %s', (template) => {
  expect(() => parseUriTemplate(template)).toThrow();
});

it('names the variables in order', () => {
  expect(parseUriTemplate('x://{a}/{b}{?c,d}').variables).toEqual(['a', 'b', 'c', 'd']);
});
