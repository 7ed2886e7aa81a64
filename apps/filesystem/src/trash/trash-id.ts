import { randomBytes } from 'node:crypto';

/** What the name of a folder in the trash says; who knows it may restore what is in it. */
export interface TrashId {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly deletedAt: number;
  readonly bytes: number;
}

const pattern = /^([0-9a-z]{1,9})-([0-9a-z]{1,11})-[\w-]{22}$/;

/** Makes an id that nobody can guess: 128 random bits behind the time and the size. */
export function createTrashId({ deletedAt, bytes }: Omit<TrashId, 'id'>): string {
  return `${Math.max(0, deletedAt).toString(36)}-${bytes.toString(36)}-${randomBytes(16).toString('base64url')}`;
}

/** Reads an id; nothing for any other text. */
export function readTrashId(id: string): TrashId | undefined {
  const [, deletedAt, bytes] = pattern.exec(id) ?? [];
  if (deletedAt === undefined || bytes === undefined) return undefined;
  return { id, deletedAt: Number.parseInt(deletedAt, 36), bytes: Number.parseInt(bytes, 36) };
}
