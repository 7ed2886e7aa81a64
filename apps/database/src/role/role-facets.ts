import type { Kysely } from 'kysely';
import type { Finding } from '../health-checks/finding.ts';
import { findCreation } from './find-creation.ts';
import { findDefaultRights } from './find-default-rights.ts';
import { findFunctions } from './find-functions.ts';
import { findOutside } from './find-outside.ts';
import { findOwnership } from './find-ownership.ts';
import { findPowers } from './find-powers.ts';
import { findSettings } from './find-settings.ts';
import { findTableRights } from './find-table-rights.ts';
import type { RoleContext } from './role-identity.ts';

export { findVisible } from './find-visible.ts';
export { loadRoleIdentity } from './role-identity.ts';

/** One view on a role, one or two queries. */
export type RoleFacet = (db: Kysely<unknown>, role: RoleContext) => Promise<readonly Finding[]>;

/** Those with critical findings. */
export const dangers: readonly RoleFacet[] = [findPowers, findFunctions];

/** The others. */
export const rights: readonly RoleFacet[] = [findOwnership, findTableRights, findCreation, findDefaultRights, findOutside, findSettings];
