import type { StartFolder } from '../walk/open-folder.ts';
import type { EventVisitor } from './event-reader.ts';

/** Where and for how long is searched. */
export interface SearchJob {
  readonly start: StartFolder;
  readonly gitignore: boolean;
  readonly signal: AbortSignal;
}

/** What is searched for in files. */
export interface TextQuery {
  readonly pattern: string;
  readonly regex: boolean;
  readonly ignoreCase: boolean;
  readonly glob: string | undefined;
  /** Matching lines that are told of one file. */
  readonly maxCount: number;
  /**
   * Whether each file is asked for its size before it is searched, which costs a sixth of the work on small files. Otherwise those that are larger
   * than allowed may be among what is found, as long as it takes little time.
   */
  readonly isStrict: boolean;
}

/** What is told of files by their names. */
export interface NameVisitor {
  /** @param path Relative to the start. */
  readonly visit: (path: string) => void;
  /** Forgets what it was told: files come again. */
  readonly restart: () => void;
}

/** A visitor that can say that it has enough. */
export interface TextVisitor extends EventVisitor {
  /** Forgets what it was told: files come again, in order. */
  readonly restart: () => void;
  /** Asked while files come in order. */
  readonly isEnough: () => boolean;
}

/**
 * What searches: ripgrep, or this process where there is none. Both leave out what .gitignore files name, and tell of more than a caller
 * may see otherwise; `createAccept` judges, and what is shown of a file is read through its own descriptor.
 */
export interface SearchEngine {
  readonly name: 'ripgrep' | 'built-in';
  /** Tells of the regular files in any order; of all that match the glob, and maybe of others. */
  listFiles(job: SearchJob, glob: string, visitor: NameVisitor): Promise<void>;
  searchText(job: SearchJob, query: TextQuery, visitor: TextVisitor): Promise<void>;
}

/** What the operator allows a search. */
export interface SearchLimits {
  readonly maxDepth: number;
  readonly maxEntries: number;
  readonly maxFileBytes: number;
  readonly maxProcesses: number;
  readonly searchTimeoutMs: number;
}
