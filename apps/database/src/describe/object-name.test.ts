import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readObjectName } from './object-name.ts';

describe('a name', () => {
  it.each<[string, readonly object[]]>([
    ['orders', [{ name: 'orders' }]],
    ['Orders', [{ name: 'orders' }, { name: 'Orders' }]],
    ['"Orders"', [{ name: 'Orders' }, { name: '"Orders"' }]],
    ['Sales.Orders', [{ schema: 'sales', name: 'orders' }, { schema: 'Sales', name: 'Orders' }, { name: 'Sales.Orders' }]],
    ['sales."Odd.Name"', [{ schema: 'sales', name: 'Odd.Name' }, { name: 'sales."Odd.Name"' }]],
    ['"a""b" . c', [{ schema: 'a"b', name: 'c' }, { name: '"a""b" . c' }]],
    ['half(integer, text)', [{ name: 'half' }, { name: 'half(integer, text)' }]],
    ['ÄRGER', [{ name: 'Ärger' }, { name: 'ÄRGER' }]],
    ['a.b.c', [{ name: 'a.b.c' }]],
    ['"open', [{ name: '"open' }]],
    ['a..b', [{ name: 'a..b' }]],
    ['.', [{ name: '.' }]],
  ])('%s is read as PostgreSQL reads it, then as written, then whole', (text, readings) => {
    expect(readObjectName(text)).toEqual(readings);
  });

  it('in quotes is itself, whatever it holds', () => {
    const name = fc.string({ minLength: 1, unit: 'binary' });
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(name, name, (schema, table) => {
        expect(readObjectName(`${quote(schema)}.${quote(table)}`)[0]).toEqual({ schema, name: table });
      }),
    );
  });

  it('has one to three readings, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: fc.constantFrom('"', '.', '(', ')', ' ', 'a', 'B', '\n') }), (text) => {
        const readings = readObjectName(text);
        expect(readings.length).toBeGreaterThanOrEqual(1);
        expect(readings.length).toBeLessThanOrEqual(3);
        expect(readings.at(-1)).toEqual({ name: text.trim() });
      }),
    );
  });

  it('of any length is read at once', () => {
    const started = performance.now();
    readObjectName(`${'"'.repeat(100_000)}${'('.repeat(100_000)}`);
    readObjectName(' '.repeat(100_000) + '.'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
