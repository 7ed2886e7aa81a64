import { isReserved } from '../roots/reserved.ts';

/** Reads names from the root on, as this server has written them down; nothing for what it cannot have written. */
export function readNames(json: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) && value.every(isName) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value !== '.' && value !== '..' && !/[/\0]/.test(value) && !isReserved(value);
}
