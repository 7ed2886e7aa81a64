import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../schema/json.ts';

/** What `tools/call` is asked with. */
export interface CallParams {
  readonly name: string;
  readonly arguments?: JsonObject;
}

/**
 * The parameters of `tools/call`. The SDK checks every `tools/call` with the schema of the protocol before any handler, and a handler set
 * without a schema of its own would have it checked a second time.
 */
export const callParams: StandardSchemaV1<unknown, CallParams> = {
  '~standard': {
    version: 1,
    vendor: 'trellis',
    validate(value) {
      const { name, arguments: given } = isJsonObject(value) ? value : {};
      if (typeof name !== 'string') return { issues: [{ message: 'name must be a string' }] };
      if (given === undefined) return { value: { name } };
      return isJsonObject(given) ? { value: { name, arguments: given } } : { issues: [{ message: 'arguments must be an object' }] };
    },
  },
};
