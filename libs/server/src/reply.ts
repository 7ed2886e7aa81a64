/** Binary or linked content beside the structured data of a reply. */
export type Attachment =
  | { readonly kind: 'image' | 'audio'; readonly bytes: Uint8Array; readonly mimeType: string }
  | { readonly kind: 'link'; readonly uri: string; readonly name: string; readonly mimeType?: string; readonly description?: string }
  | { readonly kind: 'embed'; readonly uri: string; readonly mimeType?: string; readonly content: string | Uint8Array };

/** What {@link reply} adds to plain data. */
export interface ReplyOptions {
  /** The text a model reads, instead of the rendering made from the data. */
  readonly text?: string;
  readonly attach?: readonly Attachment[];
  /** Makes an error result that keeps its structured data. */
  readonly failed?: boolean;
}

/** Data of a tool together with how to show it; made by {@link reply}. */
export class Reply<Data> {
  readonly data: Data;
  readonly options: ReplyOptions;

  constructor(data: Data, options: ReplyOptions) {
    this.data = data;
    this.options = options;
  }
}

/** Returns `data` from a tool with a text of its own, attachments, or as a failure. Plain data needs no `reply`. */
export function reply<Data>(data: Data, options: ReplyOptions = {}): Reply<Data> {
  return new Reply(data, options);
}

/** An image for {@link ReplyOptions.attach}. */
export function image(bytes: Uint8Array, mimeType: string): Attachment {
  return { kind: 'image', bytes, mimeType };
}

/** A sound for {@link ReplyOptions.attach}. */
export function audio(bytes: Uint8Array, mimeType: string): Attachment {
  return { kind: 'audio', bytes, mimeType };
}

/** A link to a resource for {@link ReplyOptions.attach}. */
export function link(uri: string, name: string, options: { mimeType?: string; description?: string } = {}): Attachment {
  return { kind: 'link', uri, name, ...options };
}

/** A resource sent whole for {@link ReplyOptions.attach}. */
export function embed(resource: { uri: string; mimeType?: string; content: string | Uint8Array }): Attachment {
  return { kind: 'embed', ...resource };
}
