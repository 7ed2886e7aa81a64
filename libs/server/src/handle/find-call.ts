import type { Catalog, ToolEntry } from '../catalog/create-catalog.ts';
import { passMemoryId } from '../memory/memory-argument.ts';
import { isJsonObject, type JsonObject } from '../schema/json.ts';

/** The tool that a `tools/call` is about. */
export interface FoundCall {
  readonly name: string;
  readonly args: JsonObject;
  /** Undefined when there is no such tool. */
  readonly entry: ToolEntry | undefined;
}

/**
 * Finds the tool that is meant: the one that is named, or with `--tool-search` the one that `call_tool` names. From here on a call through
 * `call_tool` is a call of the inner tool: its scopes, hints, questions, limits and name in the log, so that nothing is gained by the detour.
 * `call_tool` reaches no tool of the search, above all not itself.
 */
export function findCall({ tools, searched }: Catalog, name: string, args: unknown): FoundCall {
  const given = isJsonObject(args) ? args : {};
  const { name: innerName, arguments: inner = {} } = given;
  if (searched === undefined || name !== 'call_tool' || typeof innerName !== 'string' || !isJsonObject(inner)) {
    return { name, args: given, entry: tools.get(name) };
  }
  const entry = searched.get(innerName);
  return { name: innerName, args: entry?.takesMemoryId === true ? passMemoryId(given, inner) : inner, entry };
}
