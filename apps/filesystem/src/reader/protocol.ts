import type { FileState } from '../descriptor/etag.ts';

/** A small regular file, as it was when it was opened. */
export interface SmallFile extends Readonly<FileState> {
  /** All of it; fewer bytes than `size` when it became shorter meanwhile. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Stands between the paths of a request, which are one text: V8 copies that faster than a list. */
export const pathEnd = '\0';

/** What the reader's thread sends: that it is there, then an answer to each request, in order. Absent is what wants another way. */
export type FromReader = 'ready' | readonly (SmallFile | undefined)[];
