import { AppError } from '@trellis-mcp/errors';
import type { AllowList } from './parse-allow-list.ts';

/** What a refusal tells the operator. */
export interface UrlPolicy {
  readonly allow: AllowList;
  /** What an operator sets to allow an address, such as `--egress-allow`. */
  readonly flag: string;
}

/** Throws `DENIED` unless the URL is https, or http to an allowed origin, and carries no user or password. */
export function checkUrl(url: URL, { allow, flag }: UrlPolicy): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new AppError('DENIED', `The scheme "${url.protocol}" is refused.`, { hint: 'Use https.' });
  }
  if (url.username !== '' || url.password !== '') throw new AppError('DENIED', 'A URL with a user or password is refused.');
  if (url.protocol === 'http:' && !allow.hasUrl(url)) {
    throw new AppError('DENIED', `Plain HTTP to ${url.host} is refused.`, { hint: `Use https, or allow ${url.origin} with ${flag}.` });
  }
}

/** Throws `DENIED` when a redirect would leave TLS, or enter an allowed private place from outside. */
export function checkRedirect(from: URL, to: URL, policy: UrlPolicy): void {
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new AppError('DENIED', `A redirect from https to http://${to.host} is refused.`);
  }
  if (policy.allow.hasUrl(to) && !policy.allow.hasUrl(from)) {
    throw new AppError('DENIED', `A redirect from ${from.host} to ${to.host} is refused.`, { hint: 'Name the target itself.' });
  }
  checkUrl(to, policy);
}
