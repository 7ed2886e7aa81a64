import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startStubIssuer } from '../../test/fixture/stub-issuer.ts';
import { commonSettings, type CommonConfig } from '../common-settings.ts';
import { runDoctor } from './doctor.ts';

let issuer: Awaited<ReturnType<typeof startStubIssuer>>;

beforeAll(async () => {
  issuer = await startStubIssuer();
});
afterAll(() => issuer.stop());

const settings = z.object(commonSettings({ port: 0 }));

async function examine(given: Partial<CommonConfig>) {
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
  ['is another one', { issuer: 'https://other.example' }, /names another issuer.*exactly as its metadata/],
  ['has its keys at a private address', { jwks_uri: 'http://10.0.0.1/keys' }, /--egress-allow/],
])('finds an issuer that %s with 69', async (_title, metadata, says) => {
  issuer.metadata = metadata;
  const { code, text } = await examine({});
  issuer.metadata = {};
  expect({ code, text }).toEqual({ code: 69, text: expect.stringMatching(says) });
});

it('finds an issuer that may not be asked, naming the flag', async () => {
  const { code, text } = await examine({ egressAllow: [] });
  expect({ code, text }).toEqual({ code: 69, text: expect.stringMatching(/issuer.*--egress-allow/) });
});

it('finds a file of keys that is not there with 78', async () => {
  const { code, text } = await examine({ auth: 'api-key', apiKeysFile: '/nowhere/keys.json', egressAllow: [] });
  expect({ code, text }).toEqual({ code: 78, text: expect.stringMatching(/API keys +The file of API keys cannot be read/) });
});
