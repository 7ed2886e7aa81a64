import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Source } from '../src/sources/source.ts';
import { everywhere, newer, own, type Legitimate } from './legitimate-table.ts';

/** A source over the shop and {@link ownObjectsSql}, with what its operator allows. */
export interface LegitimateTarget {
  readonly source: Source;
  close(): Promise<void>;
}

/** Every statement is read, none refused. */
export function describeLegitimate(open: () => Promise<LegitimateTarget>): void {
  let target: LegitimateTarget;
  let version = 0;
  beforeAll(async () => {
    target = await open();
    version = Number((await read(target.source, ['show server_version_num']))[0]?.[0]);
  });
  afterAll(async () => {
    await target.source.close();
    await target.close();
  });

  it('are at least 60, each once', () => {
    const all = [...everywhere, ...own].map(([sql]) => sql);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(60);
  });

  it.each(everywhere.map((row) => [row[0], row] as const))('%s', async (_sql, row) => {
    expect((await read(target.source, row)).length).toBeGreaterThanOrEqual(0);
  });

  describe('on newer servers', () => {
    it.each(newer.map(([from, ...row]) => [from, row[0], row] as const))('from %i: %s', async (from, _sql, row) => {
      // An older server refuses by its own grammar, not the gate.
      await (version >= from
        ? read(target.source, row)
        : expect(read(target.source, row)).rejects.toMatchObject({ code: 'INVALID_INPUT' }));
    });
  });

  describe('with own functions, operators and types', () => {
    it.each(own.map((row) => [row[0], row] as const))('%s', async (_sql, row) => {
      expect((await read(target.source, row)).length).toBeGreaterThan(0);
    });
  });
}

async function read(source: Source, [sql, ...params]: Legitimate): Promise<readonly (readonly unknown[])[]> {
  const verdict = await source.gate.check(sql);
  if (!verdict.ok) {
    throw new Error(`${verdict.reason}: ${verdict.message}`);
  }
  const request = { sql, params, kind: verdict.statement.kind, offset: 0, maxRows: 100, maxBytes: 65_536, maxCell: 8_000 };
  return (await source.readPage(request, { signal: new AbortController().signal, timeoutMs: 20_000 })).rows;
}
