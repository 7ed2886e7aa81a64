import type { TextIndex } from '@trellis-mcp/context-window';
import { AppError } from '@trellis-mcp/errors';
import type { ToolEntry } from '../catalog/create-catalog.ts';
import { missingScopes, type Principal } from '../principal.ts';
import { argumentsOf } from './tool-arguments.ts';

/** One tool as `search_tools` lists it; optional arguments end in a question mark. */
export interface FoundTool {
  readonly name: string;
  readonly description: string;
  readonly arguments: string[];
}

/** Finds tools among those that a caller may use. */
export class ToolSearch {
  readonly #entries: readonly ToolEntry[];
  readonly #listAll: boolean;
  #index: Promise<TextIndex<ToolEntry>> | undefined;

  constructor(entries: readonly ToolEntry[], { listAll = false }: { readonly listAll?: boolean | undefined } = {}) {
    this.#entries = entries;
    this.#listAll = listAll;
  }

  /** The best first; all of them, in the order of the list, for a query without a word. */
  async find(query: string, principal: Principal): Promise<FoundTool[]> {
    const found = /[\p{L}\p{N}]/u.test(query) ? await this.#search(query) : this.#entries;
    return found.filter((entry) => this.#isVisible(entry, principal)).map(describeShort);
  }

  async #search(query: string): Promise<ToolEntry[]> {
    // Loaded and made with the first search, not at the start.
    this.#index ??= import('./index-tools.ts').then(({ indexTools }) => indexTools(this.#entries));
    return (await this.#index).search(query, { limit: this.#entries.length }).map(({ item }) => item);
  }

  /** @throws AppError `NOT_FOUND` for tools that are not there and for those that the caller may not use. */
  describe(name: string, principal: Principal): ToolEntry['item'] {
    const entry = this.#entries.find(({ subject }) => subject.name === name);
    if (entry !== undefined && this.#isVisible(entry, principal)) return entry.item;
    throw new AppError('NOT_FOUND', `There is no tool "${name.slice(0, 128)}".`, { hint: 'Call search_tools for the names.' });
  }

  #isVisible({ subject }: ToolEntry, principal: Principal): boolean {
    return this.#listAll || missingScopes(principal, subject.scopes).length === 0;
  }
}

function describeShort(entry: ToolEntry): FoundTool {
  const { name, description = '', inputSchema } = entry.item;
  const required = new Set(inputSchema.required);
  return { name, description, arguments: argumentsOf(entry).map((argument) => (required.has(argument) ? argument : `${argument}?`)) };
}
