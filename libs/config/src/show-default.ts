import { showValue } from '@trellis-mcp/validation';
import type { Setting } from './read-settings.ts';

/** The default of a setting in one word for help and tables: a list between commas, a secret hidden, `none` for an empty value. */
export function showDefault({ defaultValue, isSecret }: Setting): string {
  const isEmpty = defaultValue === undefined || defaultValue === null || defaultValue === '' || isEmptyList(defaultValue);
  if (isEmpty) {
    return 'none';
  }
  if (isSecret) {
    return '[redacted]';
  }
  if (Array.isArray(defaultValue)) {
    return defaultValue.map(showItem).join(',');
  }
  return showItem(defaultValue);
}

function showItem(item: unknown): string {
  return typeof item === 'string' ? item : showValue(item);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
