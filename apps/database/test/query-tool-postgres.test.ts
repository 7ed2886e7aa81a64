import { describeShop } from './describe-shop.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

describeShop(async () => {
  const database = await startPostgresShop();
  return { args: ['--database-url', database.url], stop: async () => database.stop() };
});
