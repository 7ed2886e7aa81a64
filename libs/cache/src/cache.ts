/** What {@link cache} needs. */
export interface CacheOptions {
  /** What it gives back. */
  text: string;
}

/** Gives `text` back; replace it with what this library is for. */
export function cache({ text }: CacheOptions): string {
  return text;
}
