import { boundedText } from '@trellis-mcp/validation';
import { z } from 'zod';

/** What a kind of parameter takes, and the words for a model that the configuration gives none. */
interface ParamKind {
  readonly schema: z.ZodType<ParamValue>;
  readonly description: string;
}

/** A value of a parameter before it becomes text. */
export type ParamValue = string | number | boolean;

const date = /^\d{4}-\d{2}-\d{2}$/;
const timestamp = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)?$/;
const uuid = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

const kinds = {
  text: { schema: boundedText({ max: 10_000 }), description: 'Text.' },
  integer: { schema: z.int(), description: 'A whole number.' },
  number: { schema: z.number(), description: 'A number.' },
  boolean: { schema: z.boolean(), description: 'True or false.' },
  date: { schema: boundedText({ max: 10, pattern: date, patternMeans: 'a date such as 2026-01-31' }), description: 'Such as 2026-01-31.' },
  timestamp: {
    schema: boundedText({ max: 40, pattern: timestamp, patternMeans: 'a time such as 2026-01-31T12:00:00Z' }),
    description: 'Such as 2026-01-31T12:00:00Z.',
  },
  uuid: { schema: boundedText({ max: 36, pattern: uuid, patternMeans: 'a UUID' }), description: 'A UUID.' },
  json: { schema: boundedText({ min: 1, max: 60_000 }), description: 'JSON as text.' },
} satisfies Readonly<Record<string, ParamKind>>;

/** What parameters of saved queries can be; PostgreSQL reads each as the type that it has in the statement. */
export const paramTypes = [
  'text',
  'integer',
  'number',
  'boolean',
  'date',
  'timestamp',
  'uuid',
  'json',
] as const satisfies (keyof typeof kinds)[];

/** One parameter as the configuration declares it. */
export interface ParamDeclaration {
  readonly type: (typeof paramTypes)[number];
  readonly description?: string | undefined;
  /** Left out, it is NULL. */
  readonly optional?: boolean | undefined;
  /** Left out, it is this. */
  readonly default?: ParamValue | undefined;
  /** The only values. */
  readonly values?: readonly (string | number)[] | undefined;
}

/** The schema of one value of a type. */
export function valueSchema(type: ParamDeclaration['type']): z.ZodType<ParamValue> {
  return kinds[type].schema;
}

/** The schema of a parameter as a field of a tool's input. */
export function paramSchema({ type, description, optional, default: value, values }: ParamDeclaration): z.ZodType<ParamValue | undefined> {
  const schema = (values === undefined ? valueSchema(type) : z.literal(values)).describe(description ?? kinds[type].description);
  if (value !== undefined) {
    return schema.default(value);
  }
  return optional === true ? schema.optional() : schema;
}
