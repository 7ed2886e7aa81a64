import { createTextIndex, type TextIndex } from '@trellis-mcp/context-window';
import type { ToolEntry } from '../catalog/create-catalog.ts';
import { argumentsOf } from './tool-arguments.ts';

/** Indexes tools by name, title, description and the names of their arguments. */
export function indexTools(entries: readonly ToolEntry[]): Promise<TextIndex<ToolEntry>> {
  return createTextIndex(entries.map((entry) => ({ id: entry.subject.name, fields: fieldsOf(entry), item: entry })));
}

function fieldsOf(entry: ToolEntry): Record<string, string> {
  const { name, title = '', description = '' } = entry.item;
  return { name, title, description, arguments: argumentsOf(entry).join(' ') };
}
