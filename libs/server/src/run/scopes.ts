import { AppError } from '@trellis-mcp/errors';
import { missingScopes } from '../principal.ts';
import type { Step } from './step.ts';
import type { Task } from './task.ts';

/** Refuses a principal that lacks a scope, on every transport. */
export const scopes: Step<Task> = {
  name: 'scopes',
  apply({ peer, subject }) {
    const missing = missingScopes(peer.connection.principal, subject.scopes);
    if (missing.length === 0) return;
    throw new AppError('DENIED', `The caller lacks the scope ${missing.join(', ')}.`, {
      hint: 'Ask for a token with it; over stdio the operator grants it with --scopes.',
      details: { missingScopes: missing },
    });
  },
};
