import { afterAll } from '@jest/globals';
import { appContract } from '@trellis-mcp/testing';
import { engineParts, subject } from './contract-subject.ts';
import { startPostgresShop } from './start-postgres-shop.ts';

/** The same tools, to the byte, and the same end with connections of a real PostgreSQL at work. */
const shop = await startPostgresShop();
afterAll(() => shop.stop());

appContract({ ...subject, args: ['--database-url', shop.url], parts: engineParts });
