/** Cuts a stream of text into lines. */
export interface LineSplitter {
  /** The lines that `chunk` ends. Takes time by the length of the chunk, however long the line is that it goes on with. */
  push(chunk: string): string[];
  /** What came after the last line; from here on there is nothing. */
  takeRest(): string;
}

/** Of a line that is longer than `maxCharacters`, its end stays. */
export function createLineSplitter(maxCharacters: number): LineSplitter {
  let rest = '';
  return {
    push(chunk) {
      const lines = chunk.split('\n');
      lines[0] = (rest + (lines[0] ?? '')).slice(-maxCharacters);
      rest = lines.pop() ?? '';
      return lines;
    },
    takeRest() {
      const last = rest;
      rest = '';
      return last;
    },
  };
}
