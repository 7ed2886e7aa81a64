import type { ToolEntry } from '../catalog/create-catalog.ts';
import { isJsonObject } from '../schema/json.ts';

/** The names of a tool's arguments. */
export function argumentsOf({ item }: ToolEntry): string[] {
  const { properties } = item.inputSchema;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}
