import { describeAttacks } from './attacks-describe.ts';
import { startAttackedServer } from './attacks-postgres-targets.ts';

describeAttacks('superuser', async () => {
  const server = await startAttackedServer();
  return { ...server.open('superuser'), close: server.close };
});
