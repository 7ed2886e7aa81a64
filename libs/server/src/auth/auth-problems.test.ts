import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { commonProblems, commonSettings } from '../common-settings.ts';

const settings = z.object(commonSettings({ port: 3101 }));
const issuer = { authIssuer: 'https://idp.example' };
const oauth = { transport: 'http', auth: 'oauth', ...issuer };
const keys = { transport: 'http', auth: 'api-key', apiKeysFile: 'keys.json' };

it.each<[string, Record<string, unknown>, string[]]>([
  ['an issuer without --auth', { transport: 'http', ...issuer }, ['authIssuer']],
  ['a key file without --auth', { apiKeysFile: 'k' }, ['apiKeysFile']],
  ['DPoP without --auth', { requireDpop: true }, ['requireDpop']],
  ['--auth over stdio', { auth: 'oauth', ...issuer }, ['auth']],
  ['oauth without an issuer', { transport: 'http', auth: 'oauth' }, ['authIssuer']],
  ['introspection without a client', { ...oauth, authIntrospection: true }, ['authIntrospection']],
  ['introspection without a secret', { ...oauth, authIntrospection: true, authClientId: 'a' }, ['authIntrospection']],
  ['a client without introspection', { ...oauth, authClientId: 'a', authClientSecret: 'b' }, ['authClientId']],
  ['api-key without a file', { transport: 'http', auth: 'api-key' }, ['apiKeysFile']],
  ['api-key with an issuer', { ...keys, ...issuer }, ['authIssuer']],
  ['api-key with DPoP', { ...keys, requireDpop: true }, ['requireDpop']],
  ['a principal beside tokens', { ...oauth, principal: 'me', scopes: ['a'] }, ['principal', 'scopes']],
  ['everybody and tokens', { ...oauth, allowUnauthenticated: true }, ['allowUnauthenticated']],
  ['tokens beyond loopback without a public URL', { ...oauth, host: '0.0.0.0' }, ['publicUrl']],
  ['no auth beyond loopback', { transport: 'http', host: '0.0.0.0' }, ['host']],
])('refuses %s', (_title, config, wrong) => {
  expect(commonProblems(settings.parse(config)).map(({ setting }) => setting)).toEqual(wrong);
});

it.each<[string, Record<string, unknown>]>([
  ['tokens', oauth],
  ['tokens and keys', { ...oauth, apiKeysFile: 'k', requireDpop: true }],
  ['introspection', { ...oauth, authIntrospection: true, authClientId: 'a', authClientSecret: 'b' }],
  ['tokens beyond loopback', { ...oauth, host: '0.0.0.0', publicUrl: 'https://mcp.example' }],
  ['keys beyond loopback', { ...keys, host: '0.0.0.0' }],
])('takes %s', (_title, config) => {
  expect(commonProblems(settings.parse(config))).toEqual([]);
});
