import { isJsonObject } from '../schema/json.ts';

/** Results up to this many bytes of JSON are repeated whole as text. */
export const maxRepeatedBytes = 8192;

const passes = [
  { items: 50, chars: 1000 },
  { items: 20, chars: 400 },
  { items: 8, chars: 200 },
  { items: 3, chars: 100 },
  { items: 1, chars: 50 },
];

/**
 * The text of a result for clients that read only text: the JSON itself when it is short, else a beginning of it that is still JSON, with
 * a sentence that says so. A long payload is never sent twice.
 *
 * @param json `JSON.stringify(data)`.
 * @param notice What is missing of the data already.
 */
export function renderText(data: unknown, json: string, notice = ''): string {
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxRepeatedBytes) return notice + json;
  const note =
    `${notice}The ${notice === '' ? 'result' : 'rest'} has ${bytes} bytes. Its beginning is below, with long lists and texts cut; all of it is in structuredContent. ` +
    'To read it all here, ask for less at a time.\n';
  for (const limits of passes) {
    const text = JSON.stringify(cut(data, limits));
    if (Buffer.byteLength(text) <= maxRepeatedBytes) return note + text;
  }
  return note + `{"fields":${JSON.stringify(Object.keys(isJsonObject(data) ? data : {}).slice(0, 50)).slice(0, 2000)}}`;
}

function cut(value: unknown, limits: { items: number; chars: number }): unknown {
  if (typeof value === 'string') return value.length > limits.chars ? `${value.slice(0, limits.chars)}…` : value;
  if (Array.isArray(value)) {
    const kept = value.slice(0, limits.items).map((item) => cut(item, limits));
    return value.length > limits.items ? [...kept, `… ${value.length - limits.items} more`] : kept;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.slice(0, limits.items * 4).map(([key, child]) => [key, cut(child, limits)] as const);
  return Object.fromEntries(kept);
}
