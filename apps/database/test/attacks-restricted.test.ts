import { describeAttacks } from './attacks-describe.ts';
import { startAttackedServer } from './attacks-postgres-targets.ts';

describeAttacks('restricted', async () => {
  const server = await startAttackedServer();
  return { ...server.open('restricted'), close: server.close };
});
