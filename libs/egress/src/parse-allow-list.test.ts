import { expect, it } from '@jest/globals';
import { parseAllowList } from './parse-allow-list.ts';

it('opens exactly the host and port that an entry names, for one scheme or both', () => {
  const allow = parseAllowList(['127.0.0.1:3110', 'http://idp.internal:8080', 'https://[fd00::1]', 'http://plain.internal']);
  const open = [
    'http://127.0.0.1:3110/x',
    'https://127.0.0.1:3110',
    'http://2130706433:3110/',
    'http://idp.internal:8080/',
    'https://[fd00:0::1]:443/',
    'http://plain.internal/',
  ];
  const shut = [
    'http://127.0.0.1:3111',
    'http://127.0.0.2:3110',
    'http://localhost:3110',
    'https://idp.internal:8080',
    'http://[fd00::1]:443',
    'http://x.idp.internal:8080',
    'https://plain.internal',
  ];
  expect(open.filter((url) => !allow.hasUrl(new URL(url)))).toEqual([]);
  expect(shut.filter((url) => allow.hasUrl(new URL(url)))).toEqual([]);
  const hosts: [string, string, number][] = [
    ['https:', 'fd00::1', 443],
    ['https:', '[fd00::1]', 443],
    ['https:', 'fd00::1', 80],
    ['http:', 'fd00::1', 443],
    ['http:', 'idp.internal', 8080],
    ['https:', 'idp.internal', 8080],
  ];
  expect(hosts.map((place) => allow.hasHost(...place))).toEqual([true, true, false, false, true, false]);
});

it.each([
  '127.0.0.1',
  '10.0.0.0/8',
  '*',
  '*.internal:80',
  'http://a.internal/path',
  'http://u:p@a.internal',
  'ftp://a.internal:21',
  'a.internal:99999',
  '',
  ':80',
])('refuses the entry "%s"', (entry) => {
  expect(() => parseAllowList([entry])).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

it('takes at most 1,000 entries', () => {
  expect(() => parseAllowList(Array.from({ length: 1_001 }, (_unused, index) => `127.0.0.1:${index}`))).toThrow(/1000/);
});
