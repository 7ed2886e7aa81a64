import { afterAll } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { livingParts, subject } from './contract-subject.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

/** The same tools, to the byte, with connections of a real PostgreSQL open. */
const shop = await startPostgresShop();
afterAll(() => shop.stop());

appContract({ ...subject, args: ['--database-url', shop.url], parts: livingParts });
