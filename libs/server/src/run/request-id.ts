import { randomBytes } from 'node:crypto';

const processPart = randomBytes(5).toString('hex');
let count = 0;

/** An id that no other request has, of this process or another: a random part of the process and a count. It is no secret. */
export function nextRequestId(): string {
  count += 1;
  return `${processPart}-${count.toString(36)}`;
}
