/** What {@link contextWindow} needs. */
export interface ContextWindowOptions {
  /** What it gives back. */
  text: string;
}

/** Gives `text` back; replace it with what this library is for. */
export function contextWindow({ text }: ContextWindowOptions): string {
  return text;
}
