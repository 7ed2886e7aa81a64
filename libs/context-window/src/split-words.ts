const maxWords = 2000;
const maxWord = 64;
const word = /[\p{L}\p{M}\p{N}]+/gu;
const humps = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;

/** Splits a text into words in lower case, names too: `list_tables` and `listTables` are `list` and `tables`. At most 2,000 words of 64 characters. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [found] of text.normalize('NFKC').matchAll(word)) {
    for (const part of found.slice(0, maxWord * 4).split(humps)) words.push(part.slice(0, maxWord).toLowerCase());
    if (words.length >= maxWords) break;
  }
  return words.slice(0, maxWords);
}
