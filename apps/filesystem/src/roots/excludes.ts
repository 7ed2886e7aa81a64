/** What the operator hides. */
export interface Excludes {
  /** Lines of a `.gitignore`, for programs that read them. */
  readonly patterns: readonly string[];
  /** Whether an entry, named from its root on, is hidden: itself or a folder above it. */
  hides(names: readonly string[], isDirectory: boolean): boolean;
}

const nothing: Excludes = { patterns: [], hides: () => false };

/** Compiles the patterns of `--exclude`. */
export async function createExcludes(patterns: readonly string[]): Promise<Excludes> {
  if (patterns.length === 0) return nothing;
  // Most servers exclude nothing; a start need not load what matches.
  const { default: ignore } = await import('ignore');
  const matcher = ignore({ allowRelativePaths: true }).add(patterns);
  return {
    patterns,
    hides: (names, isDirectory) => names.length > 0 && matcher.ignores(`${names.join('/')}${isDirectory ? '/' : ''}`),
  };
}
