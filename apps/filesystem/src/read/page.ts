import type { TextEncoding } from './text-encoding.ts';

/** What a caller asks of a file. */
export interface PageRequest {
  /** Lines count from 1, bytes from 0; a negative offset counts from the end. Default: the beginning. */
  readonly offset?: number | undefined;
  /** Default: as much as fits. */
  readonly limit?: number | undefined;
  /** Default: `line`, and `byte` for what is no text. */
  readonly unit?: PageUnit | undefined;
  /** Default: found in the file. */
  readonly encoding?: TextEncoding | 'base64' | undefined;
}

/** What offsets count. */
export type PageUnit = 'line' | 'byte';

/** A part of a file. */
export interface Page {
  readonly text?: string;
  readonly base64?: string;
  readonly encoding: TextEncoding | 'base64';
  /** What `nextOffset` counts; `byte` when the page ends within a line. */
  readonly unit: PageUnit;
  /** Number of the first line, where it is known. */
  readonly firstLine?: number;
  /** Lines on this page, whole or not. */
  readonly lines?: number;
  /** Where it is known without reading much more. */
  readonly totalLines?: number;
  readonly totalBytes: number;
  /** Absent at the end of the file. */
  readonly nextOffset?: number;
  /** Whether there is more of the file behind this page. */
  readonly truncated: boolean;
  /** Whether bytes were no text in this encoding and are shown as U+FFFD. */
  readonly lossy?: true;
}
