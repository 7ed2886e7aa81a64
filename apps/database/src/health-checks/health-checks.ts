import { checkCache } from './cache.ts';
import type { CheckName } from './check-names.ts';
import { checkConnections } from './connections.ts';
import { checkConstraints } from './constraints.ts';
import type { HealthCheck } from './health-check.ts';
import { checkIndexes } from './indexes.ts';
import { checkLocks } from './locks.ts';
import { checkLongTransactions } from './long-transactions.ts';
import { checkRole } from './role.ts';
import { checkSequences } from './sequences.ts';
import { checkVacuum } from './vacuum.ts';

/** All checks by name. */
export const healthChecks: Readonly<Record<CheckName, HealthCheck>> = {
  connections: checkConnections,
  cache: checkCache,
  vacuum: checkVacuum,
  indexes: checkIndexes,
  sequences: checkSequences,
  constraints: checkConstraints,
  longTransactions: checkLongTransactions,
  locks: checkLocks,
  role: checkRole,
};
