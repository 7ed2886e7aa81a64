import { describe, expect, it } from '@jest/globals';
import { readSample } from '../src/describe/read-sample.ts';
import { renderDescription } from '../src/describe/render-description.ts';
import { engines, shareDatabases } from './catalog-database.ts';
import { oddNames, oddSql, quote } from './catalog-fixture.ts';

const share = shareDatabases(`create schema odd;;\n${oddSql}`);

describe.each(engines)('on %s', (engine) => {
  it.each(oddNames)('%j is described and sampled', async (name) => {
    const database = await share(engine);
    const { description, rows } = await database.catalog.describer.describe(`odd.${quote(name)}`);
    expect(description.columns).toHaveLength(1);
    expect((await database.catalog.describer.describe(description.name)).description).toEqual(description);
    const run = { signal: new AbortController().signal, timeoutMs: 20_000 };
    expect(await readSample(database.source, rows, { count: 5, ...run })).toEqual({ sample: [[1]] });
    const text = renderDescription(description, 10_000);
    expect(text.split('\n').filter((line) => line.startsWith('table '))).toHaveLength(1);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});
