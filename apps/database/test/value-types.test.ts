import { describe } from '@jest/globals';
import { describeValueTypes } from './describe-value-types.ts';
import { openPostgresShop } from './open-postgres-shop.ts';
import { openShop } from './open-shop.ts';

describe('PGlite', () => describeValueTypes(() => Promise.resolve(openShop())));
describe('PostgreSQL', () => describeValueTypes(openPostgresShop));
