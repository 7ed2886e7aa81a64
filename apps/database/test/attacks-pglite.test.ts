import { describeAttacks } from './attacks-describe.ts';
import { openAttackedPglite } from './attacks-pglite-target.ts';

describeAttacks('pglite', openAttackedPglite);
