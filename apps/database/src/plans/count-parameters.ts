import { AppError } from '@trellis-mcp/errors';
import type { SqlParser } from '../sql/parser.ts';
import { walkTree } from '../sql/walk-tree.ts';

/** Most parameters of one statement. */
const maxParameters = 1_000;

/**
 * The largest `$n` of a statement, 0 without.
 *
 * @throws AppError `INVALID_INPUT` when it is larger than any statement needs.
 */
export async function countParameters(sql: string, parser: SqlParser): Promise<number> {
  const outcome = await parser.parse(sql);
  let largest = 0;
  walkTree(outcome.kind === 'tree' ? outcome.statements : [], (key, { number }) => {
    if (key === 'ParamRef' && typeof number === 'number') {
      largest = Math.max(largest, number);
    }
  });
  if (largest > maxParameters) {
    throw new AppError('INVALID_INPUT', `The statement has a parameter $${String(largest)}.`, { hint: 'Number parameters from $1.' });
  }
  return largest;
}
