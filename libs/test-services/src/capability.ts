/** Thrown when this machine lacks something a test cannot do without. */
export interface MissingCapability extends Error {
  readonly name: 'MissingCapability';
  /** Such as `redis-server`. */
  readonly capability: string;
}

/**
 * Returns what `probe` finds, or throws a {@link MissingCapability} that names the capability and says how to get it.
 * A test is skipped only on such a name, never in silence.
 */
export async function requireCapability<T>(
  capability: string,
  probe: () => Promise<T | undefined> | T | undefined,
  hint = 'Install it, or run these tests where it is there.',
): Promise<T> {
  const found = await probe();
  if (found !== undefined && found !== false) return found;
  throw Object.assign(new Error(`This machine lacks the capability "${capability}". ${hint}`), { name: 'MissingCapability', capability });
}

/** Tells whether a caught value is a {@link MissingCapability}. */
export function isMissingCapability(error: unknown): error is MissingCapability {
  return error instanceof Error && error.name === 'MissingCapability' && 'capability' in error;
}
