/** What {@link egress} needs. */
export interface EgressOptions {
  /** What it gives back. */
  text: string;
}

/** Gives `text` back; replace it with what this library is for. */
export function egress({ text }: EgressOptions): string {
  return text;
}
