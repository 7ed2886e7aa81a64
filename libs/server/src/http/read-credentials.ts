import type { IncomingMessage } from 'node:http';
import type { CredentialRequest } from '../authenticate.ts';

/** The headers that tell who is asking, every line of them: `headers` drops a second `Authorization`, `headersDistinct` reads all others, too. */
export function readCredentials({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): CredentialRequest['headers'] {
  const authorization: string[] = [];
  const dpop: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 13 && name.toLowerCase() === 'authorization') authorization.push(rawHeaders[index + 1] ?? '');
    else if (name.length === 4 && name.toLowerCase() === 'dpop') dpop.push(rawHeaders[index + 1] ?? '');
  }
  return dpop.length === 0 ? { authorization } : { authorization, dpop };
}
