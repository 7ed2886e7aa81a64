import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { authFailure } from '../src/index.ts';
import { openAttackBench, request, type AttackBench } from './attack-bench.ts';

let bench: AttackBench;
beforeAll(async () => {
  bench = await openAttackBench();
});
afterAll(() => bench.close());

it('names exactly the scopes that are missing, compared whole', async () => {
  const auth = bench.authenticator();
  for (const scope of [
    'db:readonly',
    'db',
    'db:*',
    '*',
    'DB:READ',
    'db:read:all',
    'xdb:read',
    '',
    ['db:read health:read'],
    ['db', ':read'],
    { 'db:read': true },
    7,
    null,
  ]) {
    const principal = await auth.authenticate(request(await bench.signed({ claims: { scope } })));
    const failure = authFailure(thrownBy(() => auth.requireScopes(principal, ['db:read', 'health:read'])));
    expect(failure).toMatchObject({ status: 403, reason: 'insufficient_scope', body: { error: 'insufficient_scope' } });
    expect(failure?.headers['www-authenticate']).toContain('scope="db:read health:read"');
  }
  for (const changes of [
    { scope: 'openid db:read' },
    { scope: ['db:read'] },
    { scope: undefined, scp: ['db:read'] },
    { scope: undefined, scp: 'db:read' },
  ]) {
    const principal = await auth.authenticate(request(await bench.signed({ claims: changes })));
    expect(() => auth.requireScopes(principal, ['db:read'])).not.toThrow();
    expect(authFailure(thrownBy(() => auth.requireScopes(principal, ['health:read', 'db:read'])))?.headers['www-authenticate']).toContain(
      'scope="health:read"',
    );
  }
});

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
