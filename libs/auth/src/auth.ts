/** What {@link auth} needs. */
export interface AuthOptions {
  /** What it gives back. */
  text: string;
}

/** Gives `text` back; replace it with what this library is for. */
export function auth({ text }: AuthOptions): string {
  return text;
}
