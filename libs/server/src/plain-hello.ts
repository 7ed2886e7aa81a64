import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import { isJsonObject } from './schema/json.ts';

type Check = (value: unknown) => boolean;

/**
 * Whether `initialize` is one that the schema of the protocol would take as it is (spec: basic/lifecycle): a look at its members, for what
 * clients usually send. Of anything else it is not known.
 */
export function isPlainHello({ params }: JSONRPCRequest): boolean {
  return isHello(params);
}

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isEmpty = isOf({});

/** The schema reads no members in `elicitation` as forms. */
const isElicitation: Check = (value) => !isEmpty(value) && isOf({ form: isEmpty, url: isEmpty })(value);

const capabilities = {
  roots: isOf({ listChanged: isFlag }),
  sampling: isOf({ context: isEmpty, tools: isEmpty }),
  elicitation: isElicitation,
};

const client = { name: isText, version: isText, title: isText, websiteUrl: isText, description: isText };

const hello = { protocolVersion: isText, capabilities: isOf(capabilities), clientInfo: isOf(client, ['name', 'version']) };
const isHello = isOf(hello, Object.keys(hello));

/** Checks for an object with these members and no others; those that are not required may be missing. */
function isOf(members: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  const checks = new Map(Object.entries(members));
  return (value) =>
    isJsonObject(value) &&
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => checks.get(name)?.(member) === true);
}
