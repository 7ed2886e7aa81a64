import type { StandardSchemaV1 } from '@modelcontextprotocol/server';
import { isJsonObject } from '../schema/json.ts';

/** What the next page of a list is asked with. */
export interface ListParams {
  readonly cursor?: string;
}

/** The parameters of `tools/list` and its like. Without it a list would be checked with the schemas of the protocol, which a start waits for. */
export const listParams: StandardSchemaV1<unknown, ListParams> = {
  '~standard': {
    version: 1,
    vendor: 'trellis',
    validate(value) {
      const { cursor } = isJsonObject(value) ? value : {};
      if (cursor === undefined) return { value: {} };
      return typeof cursor === 'string' ? { value: { cursor } } : { issues: [{ message: 'cursor must be a string' }] };
    },
  },
};
