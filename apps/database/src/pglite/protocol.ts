import type { SourceFailure } from '../sources/database-error.ts';
import type { PageEnd, PagePart, PageRequest, ScriptResult, ScriptStatement } from '../sources/raw-page.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** Directory of an existing database; without one the sample is loaded into memory. */
  readonly dataDir?: string;
  /** URL of the sample's tarball. */
  readonly sample: string;
  /** The compiled engine of an earlier worker. */
  readonly engine?: WebAssembly.Module;
}

/** One thing to do. */
export type Job =
  | { readonly kind: 'page'; readonly request: PageRequest }
  | { readonly kind: 'script'; readonly statements: readonly ScriptStatement[] }
  | QueryJob;

/** Our own SQL, never a caller's. */
export interface QueryJob {
  readonly kind: 'query';
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** What our own SQL gives: rows as objects. */
export interface QueryAnswer {
  readonly rows: readonly unknown[];
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** What a script gives. */
export interface ScriptAnswer {
  readonly results: readonly ScriptResult[];
}

/** What a job ends with. */
export type JobAnswer = PageEnd | QueryAnswer | ScriptAnswer;

/** An error of PostgreSQL, or of what surrounds it. After a `broken` one the worker is not to be used again. */
export type JobFailure = Extract<SourceFailure, { readonly kind: 'sql' | 'columns' | 'broken' }>;

/** Sent to the worker. */
export interface ToWorker {
  readonly id: number;
  readonly job: Job;
}

/** Sent by the worker: `ready` or `failed` once, then parts and one end for each job. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly engine: WebAssembly.Module }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'part'; readonly id: number; readonly part: PagePart }
  | { readonly kind: 'done'; readonly id: number; readonly answer: JobAnswer }
  | { readonly kind: 'error'; readonly id: number; readonly failure: JobFailure };
