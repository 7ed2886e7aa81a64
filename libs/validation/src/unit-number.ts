import { z } from 'zod';
import { showValue } from './show-value.ts';

const kinds = z.registry<{ kind: UnitKind }>();

/** What a {@link UnitNumber} measures. */
export type UnitKind = 'duration' | 'size';

/** A whole number with a unit, such as a duration or a size. */
export type UnitNumber = z.ZodType<number, number | string>;

/** What makes one kind of {@link UnitNumber}. */
export interface UnitNumberOptions {
  /** Factor of each unit to the smallest one. */
  units: ReadonlyMap<string, number>;
  /** Brings the unit of a text into the form of `units`. */
  normaliseUnit: (unit: string) => string;
  /** Inclusive, in the smallest unit. */
  min: number;
  /** Inclusive, in the smallest unit. */
  max: number;
  kind: UnitKind;
  /** What the number counts: "milliseconds". */
  counts: string;
  /** Texts that are right: `"500ms", "30s"`. */
  examples: string;
}

const literal = /^(\d{1,16})(?:\.(\d{1,9}))?[ ]?([A-Za-z]{0,3})$/;

/**
 * A whole number that may also be written as a text with a unit.
 *
 * It publishes one JSON Schema type, `integer`, with its range: a type list or a union is not portable (several clients refuse both),
 * and a model writes numbers well. The text form is for people: flags, variables, configuration files.
 * Throws a RangeError when `min` and `max` are not whole numbers in order.
 */
export function unitNumber(options: UnitNumberOptions): UnitNumber {
  const { kind, min, max, counts, examples } = options;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min < 0 || min > max) {
    throw new RangeError(`A range needs whole numbers 0 <= min <= max; got min ${String(min)}, max ${String(max)}.`);
  }
  const schema = z
    .any()
    .check((payload) => {
      const number = typeof payload.value === 'string' ? parseUnitText(payload.value, options) : asWhole(payload.value);
      if (number !== undefined && number >= min && number <= max) {
        payload.value = number;
        return;
      }
      payload.issues.push({ code: 'custom', input: payload.value, message: describeProblem(payload.value, options) });
    })
    .meta({ type: 'integer', minimum: min, maximum: max, description: `In ${counts}; ${examples} also work.` });
  kinds.add(schema, { kind });
  return schema;
}

/** Tells a duration or a size from other types, so that help can say what to write; also after `.describe()` and checks. */
export function unitKindOf(schema: z.ZodType): UnitKind | undefined {
  return kinds.get(schema)?.kind;
}

function asWhole(value: unknown): number | undefined {
  // Adding zero turns the negative zero, which JSON can write, into zero.
  return typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function parseUnitText(text: string, { units, normaliseUnit }: UnitNumberOptions): number | undefined {
  const [, whole, fraction = '', unit] = literal.exec(text.slice(0, 64)) ?? [];
  if (whole === undefined || unit === undefined) {
    return undefined;
  }
  const factor = unit === '' ? 1 : units.get(normaliseUnit(unit));
  if (factor === undefined) {
    return undefined;
  }
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * BigInt(factor);
  return scaled % scale === 0n ? asWhole(Number(scaled / scale)) : undefined;
}

function describeProblem(value: unknown, { min, max, counts, examples }: UnitNumberOptions): string {
  if (value === undefined) {
    return 'is required';
  }
  return `must be a whole number of ${counts} between ${String(min)} and ${String(max)}, or a text such as ${examples}; got ${showValue(value)}`;
}
