import { behind } from './attack-table-behind.ts';
import { escapes } from './attack-table-escapes.ts';
import { hidden } from './attack-table-hidden.ts';
import { reaches } from './attack-table-reaches.ts';
import { server } from './attack-table-server.ts';
import { syntax } from './attack-table-syntax.ts';
import { texts } from './attack-table-texts.ts';
import { writes } from './attack-table-writes.ts';
import type { Attack } from './attacks-verdict.ts';

/** Statements that must not do what they try, by theme. */
export const attackThemes: Readonly<Record<string, readonly Attack[]>> = {
  writes,
  escapes,
  reaches,
  texts,
  syntax,
  server,
  hidden,
  behind,
};

export const attacks: readonly Attack[] = Object.values(attackThemes).flat();
