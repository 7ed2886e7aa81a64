import { afterAll, beforeAll } from '@jest/globals';
import { startAttackedServer, type AttackedServer } from './attacks-postgres-targets.ts';
import type { Target } from './attacks-target.ts';
import { describeNestedCalls, describeVolatileFunctions } from './volatile-functions.ts';

let server: AttackedServer;
let target: Target;
beforeAll(async () => {
  server = await startAttackedServer();
  target = server.open('restricted');
});
afterAll(async () => {
  await target.source.close();
  await server.close();
});

describeVolatileFunctions(() => target);
describeNestedCalls(() => target);
