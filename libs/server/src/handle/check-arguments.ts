import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import type { MemoisedSchema } from '../schema/memoise-schema.ts';

/** What a schema says of arguments, or that it could not say anything. */
export type CheckedArguments = StandardSchemaV1.Result<unknown> | { readonly failure: Error; readonly issues?: undefined };

/**
 * Checks arguments. A schema that throws is a bug of the server, which the run of the task then fails with: the SDK would tell the caller what
 * was thrown, and nobody else.
 */
export function checkArguments(input: MemoisedSchema, given: unknown): CheckedArguments | Promise<CheckedArguments> {
  try {
    const outcome = input.validate(given);
    return outcome instanceof Promise ? outcome.catch(fail) : outcome;
  } catch (error) {
    return fail(error);
  }
}

function fail(cause: unknown): CheckedArguments {
  return { failure: new Error('the arguments could not be checked', { cause }) };
}
