/** The checks of `diagnose`, in the order in which they run. */
export const checkNames = [
  'connections',
  'cache',
  'vacuum',
  'indexes',
  'sequences',
  'constraints',
  'longTransactions',
  'locks',
  'role',
] as const;

/** One of {@link checkNames}. */
export type CheckName = (typeof checkNames)[number];
