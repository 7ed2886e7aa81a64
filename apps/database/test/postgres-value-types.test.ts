import { describeValueTypes } from './describe-value-types.ts';
import { openPostgresShop } from './open-postgres-shop.ts';

describeValueTypes(openPostgresShop);
