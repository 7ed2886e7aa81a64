import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { checkSecrets, openSecretWatch, registerSecret } from './secret-watch.ts';
import { spawnProbe } from './spawn-probe.ts';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = `${encode({ alg: 'ES256', typ: 'at+jwt' })}.${encode({ sub: 'ada', jti: randomBytes(9).toString('hex') })}.${randomBytes(64).toString('base64url')}`;
const proof = jwt.replace(encode({ alg: 'ES256', typ: 'at+jwt' }), encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: {} }));
const canary = randomBytes(24).toString('hex');
registerSecret(canary);
registerSecret(jwt);

it.each<[string, string]>([
  ['a token', `{"msg":"got ${jwt}"}`],
  ['a token without a signature', `${jwt.split('.').slice(0, 2).join('.')}.`],
  ['a proof', `{"dpop":"${proof}"}`],
  ['an API key', `key=trellis_${randomBytes(32).toString('base64url')}&x=1`],
  ['a header', `authorization: bearer ${randomBytes(24).toString('base64url')}`],
  ['a registered secret', `?client_secret=${canary}`],
  ['the signature of a registered token', `"sig":"${jwt.split('.')[2] ?? ''}"`],
])('finds %s, and does not repeat it', (_title, line) => {
  const check = (): void => checkSecrets(`fine\n${line}\nfine`, 'The log');
  expect(check).toThrow(/^The log holds a secret:\n.{0,250}\[\d+ characters\]/);
  expect(check).not.toThrow(line);
});

it.each([
  'Send Authorization: Bearer and a token of https://idp.example/with/a/rather/long/path.',
  '{"principal":"oauth:ada","hash":"sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"}',
  'trellis_rejected_requests_total{reason="auth-missing"} 1',
  encode({ alg: 'ES256', typ: 'at+jwt' }),
])('takes %s', (line) => {
  expect(() => checkSecrets(line, 'The log')).not.toThrow();
});

it('finds a secret that came in pieces', () => {
  const watch = openSecretWatch('The log');
  for (const piece of [jwt.slice(0, 30), jwt.slice(30, 90), jwt.slice(90)]) watch.write(piece);
  expect(() => watch.check()).toThrow('The log holds a secret');
});

it.each(['stdout', 'stderr'] as const)('fails the test of a process that writes one to its %s', async (name) => {
  const command = ['-c', `echo token ${jwt} ${name === 'stderr' ? '>&2' : ''}`];
  const probe = await spawnProbe('/bin/sh', command);
  await expect(probe.exit).rejects.toThrow(new RegExp(`^The ${name} of /bin/sh \\(\\d+\\) holds a secret`));
  await expect(probe.stop()).rejects.toThrow('holds a secret');
  await using allowed = await spawnProbe('/bin/sh', command, { maySayAloud: [name] });
  expect(await allowed.exit).toEqual({ code: 0, signal: null });
});
