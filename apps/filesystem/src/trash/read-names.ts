import { isReserved } from '../roots/reserved.ts';

/** Reads names from the root on, as this server has written them down; nothing for what it cannot have written. */
export function readNames(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isName) ? value : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== '.' && value !== '..' && !/[/\0]/.test(value) && !isReserved(value);
}
