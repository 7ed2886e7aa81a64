import { afterAll, beforeAll } from '@jest/globals';
import { openAttackedPglite } from './attacks-pglite-target.ts';
import type { Target } from './attacks-target.ts';
import { describeNestedCalls, describeVolatileFunctions } from './volatile-functions.ts';

let target: Target;
beforeAll(async () => {
  target = await openAttackedPglite();
});
afterAll(async () => target.close());

describeVolatileFunctions(() => target);
describeNestedCalls(() => target);
