import { splitWords } from './split-words.ts';

/** One thing that can be found. */
export interface SearchItem<T> {
  /** Unique in an index. */
  readonly id: string;
  /** Texts by field; `name` weighs four times, `title` twice as much as any other. */
  readonly fields: Readonly<Record<string, string>>;
  readonly item: T;
}

/** One thing that was found; the best has the highest score. */
export interface SearchHit<T> {
  readonly item: T;
  readonly score: number;
}

/** How {@link TextIndex.search} answers. */
export interface SearchOptions {
  /** Default: 10. */
  readonly limit?: number;
}

/** Items ready to be searched. */
export interface TextIndex<T> {
  /** The best first; of equals the one that was listed first. Nothing for a query without a word. */
  search(query: string, options?: SearchOptions): SearchHit<T>[];
}

const maxQueryLength = 1000;
const maxTerms = 24;
const maxFieldLength = 20_000;
/** No name that a caller would give a field. */
const idField = '\0position';
const boost = { name: 4, title: 2 };

/**
 * Indexes items for {@link TextIndex.search} by BM25+. Words match whole, by their beginnings from three letters on, and with one letter
 * wrong from five letters on. The search library is loaded with the first index.
 */
export async function createTextIndex<T>(items: readonly SearchItem<T>[]): Promise<TextIndex<T>> {
  const { default: MiniSearch } = await import('minisearch');
  const fields = [...new Set(items.flatMap((item) => Object.keys(item.fields)))];
  const index = new MiniSearch<{ position: number }>({
    idField,
    fields,
    tokenize: splitWords,
    processTerm: (term) => term,
    extractField: ({ position }, field) => (field === idField ? position : textOf(items[position], field)),
    searchOptions: { boost, prefix: (term) => term.length >= 3, fuzzy: (term) => (term.length >= 5 ? 1 : false) },
  });
  index.addAll(items.map((_item, position) => ({ position })));
  return {
    search(query, { limit = 10 } = {}) {
      const terms = [...new Set(splitWords(query.slice(0, maxQueryLength)))].slice(0, maxTerms);
      if (terms.length === 0) return [];
      const found = index.search(terms.join(' ')).map(({ id, score }) => ({ position: Number(id), score }));
      found.sort((a, b) => b.score - a.score || a.position - b.position);
      return found.slice(0, limit).flatMap(({ position, score }) => {
        const hit = items[position];
        return hit === undefined ? [] : [{ item: hit.item, score }];
      });
    },
  };
}

/** Searches a list once; an index serves a list that is searched again. */
export async function searchText<T>(items: readonly SearchItem<T>[], query: string, options?: SearchOptions): Promise<SearchHit<T>[]> {
  return (await createTextIndex(items)).search(query, options);
}

function textOf<T>(item: SearchItem<T> | undefined, field: string): string {
  return item !== undefined && Object.hasOwn(item.fields, field) ? (item.fields[field] ?? '').slice(0, maxFieldLength) : '';
}
