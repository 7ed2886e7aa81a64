import type { Step } from './step.ts';
import type { Task } from './task.ts';

/** Refuses a caller that does one thing too often, with `--rate-limit`; nothing of what it does happens then. */
export const rateLimit: Step<Task> = {
  name: 'rateLimit',
  apply: ({ frame, peer, subject }) => (subject.kind === 'list' ? undefined : frame.limiter?.take(peer.connection.principal, subject)),
};
