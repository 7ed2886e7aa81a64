import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApiKey } from '@trellis-mcp/auth';
import { freePort, startIdentityProvider, startStubIssuer, type IdentityProvider, type StubIssuer } from '@trellis-mcp/test-services';
import { z } from 'zod';
import { commonSettings, type CommonConfig } from '../common-settings.ts';
import { runDoctor } from './doctor.ts';

let issuer: StubIssuer;

beforeAll(async () => {
  issuer = await startStubIssuer();
});
afterAll(() => issuer.stop());

const settings = z.object(commonSettings({ port: 0 }));

type Given = { [Key in keyof CommonConfig]?: CommonConfig[Key] | undefined };

async function examine(given: Given) {
  const base = { transport: 'http', auth: 'oauth', authIssuer: issuer.issuer, egressAllow: [new URL(issuer.issuer).host] };
  const config = settings.parse({ ...base, ...given });
  return runDoctor({ name: 'trellis-test', version: '1.2.3' }, { config, env: {}, argv: [], warnings: [], isJson: false });
}

it('finds the issuer with its metadata and keys, and says what tokens must be for', async () => {
  const { code, text } = await examine({ publicUrl: 'https://mcp.example' });
  expect(text).toMatch(/ok +issuer +http:\S+ answers with its metadata and keys; tokens must be for https:\/\/mcp\.example\/mcp/);
  expect(code).toBe(0);
});

it.each<[string, Record<string, unknown>, RegExp]>([
  ['is another one', { issuer: 'https://other.example' }, /names another issuer.*exactly as its metadata.* See --auth-issuer\./],
  ['has no keys', { jwks_uri: undefined }, /problem +issuer +http:\S+: .*keys/],
  ['has its keys at a private address', { jwks_uri: 'http://10.0.0.1/keys' }, /--egress-allow/],
])('finds an issuer that %s with 69', async (_title, metadata, says) => {
  issuer.metadata = metadata;
  const { code, text } = await examine({});
  issuer.metadata = {};
  expect({ code, text }).toEqual({ code: 69, text: expect.stringMatching(says) });
});

it('finds an issuer that may not be asked with 78, naming the flag', async () => {
  const { code, text } = await examine({ egressAllow: [] });
  expect({ code, text }).toEqual({ code: 78, text: expect.stringMatching(/issuer.*--egress-allow/) });
});

it('finds an issuer that is down', async () => {
  issuer.answer = (_request, response) => void response.writeHead(500).end();
  const { code, text } = await examine({});
  issuer.answer = undefined;
  expect({ code, text }).toEqual({
    code: 69,
    text: expect.stringMatching(/metadata came with status 500\. Is it up.* See --auth-issuer\./),
  });
});

it('finds an issuer that nobody answers for', async () => {
  const authIssuer = `http://127.0.0.1:${await freePort()}`;
  const { code, text } = await examine({ authIssuer, egressAllow: [new URL(authIssuer).host] });
  expect({ code, text }).toEqual({ code: 69, text: expect.stringMatching(/problem +issuer +http:.* Is it up, and reachable from here\?/) });
});

describe('with introspection', () => {
  let idp: IdentityProvider;
  beforeAll(async () => {
    idp = await startIdentityProvider({ scopes: [], accessTokenFormat: 'opaque' });
  });
  afterAll(() => idp.stop());

  const examineClient = (authClientId: string, authClientSecret: string, authIssuer = idp.issuer) => {
    const egressAllow = [new URL(authIssuer).host];
    return examine({ authIssuer, egressAllow, authIntrospection: true, authClientId, authClientSecret });
  };

  it('finds that its credentials are taken', async () => {
    const { code, text } = await examineClient(idp.resourceServer.clientId, idp.resourceServer.clientSecret);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/ok +issuer .* and to introspection by test-resource-server;/) });
  });

  it.each([
    ['a wrong secret', 'test-resource-server'],
    ['an unknown client', 'nobody'],
  ])('finds %s with 69, and does not show the secret', async (_title, clientId) => {
    const { code, text } = await examineClient(clientId, 'a-secret-that-is-wrong');
    expect({ code, text }).toEqual({
      code: 69,
      text: expect.stringMatching(/Introspection came with status 401\. Check the client id and secret.*TRELLIS_AUTH_CLIENT_SECRET/),
    });
    expect(text).not.toContain('a-secret-that-is-wrong');
  });

  it('finds an issuer that has none', async () => {
    const { code, text } = await examineClient('a', 'b', issuer.issuer);
    expect({ code, text }).toEqual({ code: 69, text: expect.stringMatching(/has no introspection endpoint\. Take JWT access tokens/) });
  });
});

describe('a file of API keys', () => {
  const old = { name: 'old', scopes: [], expiresAt: '2020-01-01T00:00:00Z' };
  it.each<[string, string, number, RegExp]>([
    ['with keys', file({ name: 'ci', scopes: [] }), 0, /ok +API keys +\S+ holds 1 key that can be used/],
    ['with keys that ended', file({ name: 'ci', scopes: [] }, old), 0, /warning +API keys .* 1 key .*; ended: old\./],
    ['without keys', file(), 0, /warning +API keys .* 0 keys .* api-key create/],
    ['that is wrong', '{"keys":[{}]}', 78, /problem +API keys .*keys\[0\]\.name .*Write \{ "keys"/],
    ['that is no JSON', 'name: ci', 78, /problem +API keys .*it is no JSON/],
  ])('%s is told', async (_title, content, code, says) => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-keys-'));
    const apiKeysFile = join(folder, 'keys.json');
    await writeFile(apiKeysFile, content);
    expect(await examine({ ...keysOnly, apiKeysFile })).toEqual({ code, text: expect.stringMatching(says) });
    await rm(folder, { recursive: true });
  });

  it('that is not there is found with 78', async () => {
    const { code, text } = await examine({ ...keysOnly, apiKeysFile: '/nowhere/keys.json' });
    expect({ code, text }).toEqual({ code: 78, text: expect.stringMatching(/API keys +The file of API keys cannot be read/) });
  });
});

const keysOnly: Given = { auth: 'api-key', authIssuer: undefined, egressAllow: [] };

function file(...entries: Parameters<typeof createApiKey>[0][]): string {
  return JSON.stringify({ keys: entries.map((entry) => createApiKey(entry).entry) });
}
