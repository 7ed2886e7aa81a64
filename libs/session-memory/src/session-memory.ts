/** What {@link sessionMemory} needs. */
export interface SessionMemoryOptions {
  /** What it gives back. */
  text: string;
}

/** Gives `text` back; replace it with what this library is for. */
export function sessionMemory({ text }: SessionMemoryOptions): string {
  return text;
}
