import { lying } from './attack-table-behind.ts';
import type { Attack } from './attacks-verdict.ts';

/**
 * Where the layers end: code that the owner of the database made, declared to be harmless, and lets this role call, with an effect that no
 * rollback undoes. The role decides: a restricted one is refused, a superuser is not, nor is anybody where the code runs with its owner's
 * rights. `outside` is a directory of the test.
 */
export const attackBoundary: readonly Attack[] = [
  [lying(`select pg_read_file('PG_VERSION')`), { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' }, 'reads a file'],
  [lying(`select lo_export(1, 'OUTSIDE/export')`), { restricted: 'DENIED', superuser: 'INVALID_INPUT', pglite: 'DENIED' }, 'writes a file'],
  [lying(`copy secrets to 'OUTSIDE/copy'`), { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' }, 'writes a file by COPY'],
  [
    lying(`copy secrets to program 'cat > OUTSIDE/program'`),
    { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' },
    'runs a program',
  ],
  [lying(`select pg_stat_reset()`), { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' }, 'resets statistics'],
  [lying(`select pg_reload_conf()`), { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' }, 'reads the configuration anew'],
  [lying(`select pg_switch_wal()`), { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' }, 'switches the log'],
  [lying(`analyze customers`), { restricted: 'rows', superuser: 'rows', pglite: 'rows' }, 'writes statistics, only of what the role owns'],
  [
    lying(`select lo_from_bytea(0, 'x')`),
    { restricted: 'rows', superuser: 'rows', pglite: 'DENIED' },
    'uses up a transaction id, before 16',
  ],
  [
    lying(`lock table customers in access exclusive mode`),
    { restricted: 'DENIED', superuser: 'rows', pglite: 'DENIED' },
    'locks; undone, but for a transaction id',
  ],
  [lying(`select txid_current()`), 'rows', 'uses up a transaction id'],
  [
    `select lie_dblink()`,
    { restricted: 'UPSTREAM', superuser: 'UPSTREAM', pglite: 'INVALID_INPUT' },
    'opens a connection, with a password',
  ],
  [`select owner_read_file()`, 'rows', "reads a file with its owner's rights"],
  [lying(`select setseed(0.5)`), 'rows', 'leaves a seed for random()'],
];
