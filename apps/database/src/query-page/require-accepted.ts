import { AppError } from '@trellis-mcp/errors';
import type { AcceptedStatement, Refusal, Verdict } from '../sql/verdict.ts';

const callersMistakes = new Set<Refusal['reason']>(['empty', 'many-statements', 'not-text', 'syntax', 'too-long']);

/**
 * Gives what the gate found out about a statement that it accepted.
 *
 * @throws AppError `INVALID_INPUT` for a text that is no statement, `DENIED` for one that policy refuses.
 */
export function requireAccepted(verdict: Verdict): AcceptedStatement {
  if (verdict.ok) {
    return verdict.statement;
  }
  const { reason, message, hint, position } = verdict;
  const at = position === undefined ? '' : ` (at character ${String(position)})`;
  const details = { reason, ...(position === undefined ? {} : { position }) };
  throw new AppError(callersMistakes.has(reason) ? 'INVALID_INPUT' : 'DENIED', `${message.replace(/\.$/, '')}${at}.`, { hint, details });
}
