import type { FileReader } from '../reader/file-reader.ts';
import type { Excludes } from './excludes.ts';

/**
 * How sure it is that a file is inside its root. `descriptor`: what was opened is judged, and only that is used (`/proc` of Linux).
 * `best-effort`: a path is judged after it was opened, which a swap at the right moment can deceive.
 */
export type Guarantee = 'descriptor' | 'best-effort';

/** A folder that is served. */
export interface Root {
  readonly name: string;
  /** `file:///...` of {@link Root.path}. */
  readonly uri: string;
  /** Absolute, links resolved at start. */
  readonly path: string;
  /** Absolute paths under which callers may name it: {@link Root.path}, and the one of the configuration where that one goes over links. */
  readonly aliases: readonly string[];
  readonly writable: boolean;
  readonly guarantee: Guarantee;
  readonly excludes: Excludes;
  /** What reads small files; only with the guarantee `descriptor`. */
  readonly reader?: Pick<FileReader, 'read'> | undefined;
}
