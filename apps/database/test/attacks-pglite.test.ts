import { beforeAll } from '@jest/globals';
import { describeAttacks } from './attacks-describe.ts';
import { openAttackedPglite } from './attacks-pglite-target.ts';
import type { Target } from './attacks-target.ts';
import { describeNestedCalls, describeVolatileFunctions } from './volatile-functions.ts';

let target: Target;
beforeAll(async () => {
  target = await openAttackedPglite();
});

describeVolatileFunctions(() => target);
describeNestedCalls(() => target);
// It closes the target.
describeAttacks('pglite', () => Promise.resolve(target));
