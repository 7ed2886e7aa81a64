import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serialize } from 'pg-protocol';
import { writeStep } from './wire.ts';

const texts = fc.string({ unit: 'binary', maxLength: 300 }).filter((text) => !text.includes('\0'));

it('writes the bytes that the driver writes, whatever the text and the values', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.option(texts), { maxLength: 100 }), (text, values) => {
      const driver = [serialize.parse({ text }), serialize.bind({ values: [...values] }), serialize.execute()];
      expect(writeStep({ text, values })).toEqual(Buffer.concat(driver));
    }),
  );
});
