import { describeValueTypes } from './describe-value-types.ts';
import { openShop } from './open-shop.ts';

describeValueTypes(() => Promise.resolve(openShop()));
