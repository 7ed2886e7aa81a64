import type { AnyTool, ToolHints } from '../define.ts';
import { createDefiners } from '../create-definers.ts';
import { isJsonObject } from '../schema/json.ts';
import { madeSchema, ownSchema } from './own-schema.ts';
import type { FoundTool, ToolSearch } from './tool-search.ts';

const { defineTool } = createDefiners<unknown>();
const maxLimit = 50;
const defaultLimit = 10;
const maxQuery = 1000;

/** What `call_tool` is called with. */
export interface InnerCall {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

const searchInput = ownSchema<{ query: string; limit: number }>({
  json: {
    type: 'object',
    properties: {
      query: { type: 'string', maxLength: maxQuery, description: 'What the tool should do, in a few words. Without it all are listed.' },
      limit: { type: 'integer', minimum: 1, maximum: maxLimit, default: defaultLimit, description: 'Most tools to list.' },
    },
  },
  read(value) {
    const { query = '', limit = defaultLimit } = isJsonObject(value) ? value : {};
    if (typeof query !== 'string' || query.length > maxQuery)
      return { problem: `query: must be a text of at most ${maxQuery} characters.` };
    if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
      return { problem: `limit: must be a whole number from 1 to ${maxLimit}.` };
    }
    return { data: { query, limit } };
  },
});

const searchOutput = madeSchema<{ tools: FoundTool[]; others: number }>({
  type: 'object',
  properties: {
    tools: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          description: { type: 'string' },
          arguments: { type: 'array', items: { type: 'string' }, description: 'Optional ones end in a question mark.' },
        },
        required: ['name', 'description', 'arguments'],
      },
    },
    others: { type: 'integer', description: 'Tools that match and are not listed.' },
  },
  required: ['tools', 'others'],
});

const nameInput = ownSchema<{ name: string }>({
  json: { type: 'object', properties: { name: { type: 'string', description: 'From search_tools.' } }, required: ['name'] },
  read: (value) => {
    const name = isJsonObject(value) ? value['name'] : undefined;
    return typeof name === 'string' ? { data: { name } } : { problem: 'name: must be the name of a tool.' };
  },
});

const anyObject = { type: 'object' };

const describeOutput = madeSchema<Readonly<Record<string, unknown>>>({
  type: 'object',
  properties: {
    name: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    inputSchema: { ...anyObject, description: 'Of arguments, as JSON Schema.' },
    outputSchema: anyObject,
    annotations: anyObject,
  },
  required: ['name', 'inputSchema'],
});

const callInput = ownSchema<InnerCall>({
  json: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'From search_tools.' },
      arguments: { type: 'object', description: 'As describe_tool says.' },
    },
    required: ['name'],
  },
  read(value) {
    const call = isJsonObject(value) ? value : {};
    if (typeof call['name'] !== 'string') return { problem: 'name: must be the name of a tool.' };
    if (call['arguments'] !== undefined && !isJsonObject(call['arguments']))
      return { problem: 'arguments: must be an object, not a text of it.' };
    return { data: { name: call['name'], ...(isJsonObject(call['arguments']) && { arguments: call['arguments'] }) } };
  },
});

/** What a caller must expect of a tool that it does not know yet. */
const anyHints: ToolHints = { readOnly: false, destructive: true, idempotent: false, openWorld: true };

/** The three tools that stand for all others with `--tool-search`. */
export function createSearchTools(search: ToolSearch): AnyTool<unknown>[] {
  return [
    defineTool({
      name: 'search_tools',
      title: 'Search tools',
      description: 'Find tools by what they do. Call it first: this server lists none of its own tools.',
      input: searchInput,
      output: searchOutput,
      hints: { readOnly: true },
      async run({ query, limit }, { principal }) {
        const found = await search.find(query, principal);
        return { tools: found.slice(0, limit), others: Math.max(0, found.length - limit) };
      },
    }),
    defineTool({
      name: 'describe_tool',
      title: 'Describe tool',
      description: 'Show the arguments and results of one tool. Use before call_tool.',
      input: nameInput,
      output: describeOutput,
      hints: { readOnly: true },
      maxResultBytes: 1_000_000,
      isWhole: true,
      run: ({ name }, { principal }) => Promise.resolve({ ...search.describe(name, principal) }),
    }),
    defineTool({
      name: 'call_tool',
      title: 'Call tool',
      description: 'Call one tool by its name, with its arguments. It does what describe_tool says of that tool.',
      input: callInput,
      output: madeSchema({ type: 'object', description: 'The result of that tool.' }),
      hints: anyHints,
      run: () => Promise.reject(new Error('call_tool is another name of the tool it calls and never runs itself')),
    }),
  ];
}
