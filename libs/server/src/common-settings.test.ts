import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { commonProblems, commonSettings } from './common-settings.ts';
import { isLoopback } from './is-loopback.ts';

const settings = z.object(commonSettings({ port: 3101 }));

describe('the address', () => {
  it.each(['127.0.0.1', 'localhost', '::1', '[::1]', '127.9.9.9'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.nip.io', 'localhost.example', '1270.0.0.1'])('%s is not loopback', (host) => {
    expect(isLoopback(host)).toBe(false);
  });

  it('beyond loopback is refused over HTTP until somebody says that it is meant', () => {
    const open = { transport: 'http', host: '0.0.0.0' };
    expect(commonProblems(settings.parse(open))).toEqual([{ setting: 'host', message: expect.stringMatching(/--allow-unauthenticated/) }]);
    expect(commonProblems(settings.parse({ ...open, allowUnauthenticated: true }))).toEqual([]);
    expect(commonProblems(settings.parse({ ...open, transport: 'stdio' }))).toEqual([]);
  });
});

describe('a list of names', () => {
  it.each([
    { key: 'allowHost', value: 'https://example.com' },
    { key: 'allowHost', value: 'example.com:8080' },
    { key: 'allowHost', value: '*' },
    { key: 'allowOrigin', value: 'example.com' },
    { key: 'allowOrigin', value: 'https://example.com/path' },
    { key: 'allowOrigin', value: '*' },
    { key: 'stateKeys', value: 'short' },
  ])('refuses $value in $key', ({ key, value }) => {
    expect(settings.safeParse({ [key]: [value] }).success).toBe(false);
  });

  it.each([
    { key: 'allowHost', value: 'mcp.example.com' },
    { key: 'allowHost', value: '[fd00::1]' },
    { key: 'allowHost', value: 'fd00::1' },
    { key: 'allowOrigin', value: 'https://example.com:8443' },
    { key: 'allowOrigin', value: 'chrome-extension://abcdef' },
  ])('takes $value in $key', ({ key, value }) => {
    expect(settings.safeParse({ [key]: [value] }).success).toBe(true);
  });
});
