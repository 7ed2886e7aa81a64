import { expect, it } from '@jest/globals';
import { openEgress } from './open-egress.ts';

it.each([
  ['https://idp.example', []],
  ['http://127.0.0.1:3110', ['127.0.0.1:3110']],
  ['http://127.0.0.1:3110/realms/a', ['http://127.0.0.1:3110']],
  ['http://localhost', ['localhost:80']],
])('takes the issuer %s with %j', async (authIssuer, egressAllow) => {
  await openEgress({ authIssuer, egressAllow }).close();
});

it.each([
  ['http://127.0.0.1:3110', []],
  ['http://127.0.0.1:3110', ['127.0.0.1:3111']],
  ['http://127.0.0.1:3110', ['https://127.0.0.1:3110']],
  ['http://localhost:3110', ['127.0.0.1:3110']],
])('refuses the issuer %s with %j: it has no TLS', (authIssuer, egressAllow) => {
  const hint = `If that is meant, on this machine: --egress-allow ${new URL(authIssuer).host}.`;
  expect(() => openEgress({ authIssuer, egressAllow })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', hint }));
});

it('refuses an entry that is no address', () => {
  expect(() => openEgress({ authIssuer: undefined, egressAllow: ['10.0.0.0/8'] })).toThrow(/"10\.0\.0\.0\/8" is no address/);
});
