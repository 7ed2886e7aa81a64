import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeAttacks } from './attacks-describe.ts';
import { startAttackedServer, type AttackedServer } from './attacks-postgres-targets.ts';

let server: AttackedServer;
beforeAll(async () => {
  server = await startAttackedServer();
});
afterAll(async () => server.close());

describe.each(['restricted', 'superuser'] as const)('as %s', (name) => {
  describeAttacks(name, () => Promise.resolve({ ...server.open(name), close: () => Promise.resolve() }));
});
