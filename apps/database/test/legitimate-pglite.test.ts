import { openPgliteWith } from './attacks-pglite-target.ts';
import { describeLegitimate } from './legitimate-statements.ts';
import { ownAllowed, ownObjectsSql } from './legitimate-table.ts';

describeLegitimate(async () => openPgliteWith(ownObjectsSql, { allowFunctions: ownAllowed }));
