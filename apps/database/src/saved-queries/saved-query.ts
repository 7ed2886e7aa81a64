import { boundedText } from '@trellis-mcp/validation';
import { z } from 'zod';
import { maxSqlBytes } from '../sql/gate.ts';
import { paramTypes, valueSchema, type ParamDeclaration } from './param-schema.ts';

const maxQueries = 100;
const maxParams = 30;

/** Arguments that every saved query has, or that the server takes away. */
const reserved: ReadonlySet<string> = new Set(['cursor', 'memoryId']);

const param = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][A-Za-z0-9_]{0,31}$/, 'must be a name of at most 32 letters, digits and _ that starts with a small letter'),
    type: z.enum(paramTypes),
    description: boundedText({ min: 1, max: 200 }).optional(),
    optional: z.boolean().optional(),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    values: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .max(100)
      .optional(),
  })
  .superRefine((declared, context) => {
    findProblem(declared).forEach((message) => context.addIssue({ code: 'custom', message }));
  });

/** One statement of the configuration file that is offered as a tool of its own. */
const savedQuery = z
  .strictObject({
    name: z
      .string()
      .max(32)
      .regex(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, 'must be a name in snake_case, such as top_customers'),
    title: boundedText({ min: 1, max: 80 }).optional(),
    description: boundedText({ min: 1, max: 200 }),
    sql: boundedText({ min: 1, max: maxSqlBytes }),
    /** Needed where there are several. */
    source: z.string().optional(),
    /** `$1` first. */
    params: z.array(param).max(maxParams).default([]),
    maxRows: z.int().min(1).max(10_000).optional(),
  })
  .superRefine(({ params }, context) => {
    findDoubles(params).forEach((name) => context.addIssue({ code: 'custom', path: ['params'], message: `must not name ${name} twice` }));
  });

/** All saved queries of a configuration. */
export const savedQueries = z
  .array(savedQuery)
  .max(maxQueries)
  .superRefine((queries, context) => {
    findDoubles(queries).forEach((name) => context.addIssue({ code: 'custom', message: `must not name ${name} twice` }));
  });

/** One of {@link savedQueries}. */
export type SavedQuery = z.output<typeof savedQuery>;

function findProblem({ name, type, optional, default: value, values }: ParamDeclaration & { readonly name: string }): string[] {
  const schema = valueSchema(type);
  const given = [...(values ?? []), ...(value === undefined ? [] : [value])];
  return [
    // Arguments are an object, which has members of its own.
    ...(reserved.has(name) || name in {} ? [`must not be named ${name}`] : []),
    ...(given.every((item) => schema.safeParse(item).success) ? [] : [`must have values and a default of its type, ${type}`]),
    ...(value === undefined || values === undefined || values.some((item) => item === value)
      ? []
      : ['must have a default among its values']),
    ...(optional === true && value !== undefined ? ['must be optional or have a default, not both'] : []),
  ];
}

function findDoubles(items: readonly { readonly name: string }[]): string[] {
  const names = items.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
