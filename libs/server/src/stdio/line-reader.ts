const newline = 0x0a;

/** What {@link createLineReader} reports. */
export interface LineReaderOptions {
  /** Longest line in bytes; a longer one is skipped whole. */
  readonly maxBytes: number;
  readonly onLine: (line: string) => void;
  /** Called once for each line that was too long. */
  readonly onTooLong: () => void;
}

/** Cuts a stream of bytes into lines without copying what came before for each chunk. */
export function createLineReader({ maxBytes, onLine, onTooLong }: LineReaderOptions): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let length = 0;
  let isSkipping = false;

  const keep = (part: Buffer): void => {
    if (isSkipping) {
      return;
    }
    length += part.length;
    if (length > maxBytes) {
      parts = [];
      isSkipping = true;
      onTooLong();
      return;
    }
    parts.push(part);
  };

  const flush = (): void => {
    const [first] = parts;
    const line = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
    const isWhole = !isSkipping;
    parts = [];
    length = 0;
    isSkipping = false;
    if (isWhole && line.length > 0) {
      onLine(line.toString('utf8'));
    }
  };

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end));
      flush();
      start = end + 1;
    }
    if (start < chunk.length) {
      keep(chunk.subarray(start));
    }
  };
}
