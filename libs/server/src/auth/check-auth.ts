import { createAuthenticator } from '@trellis-mcp/auth';
import { AppError, isAppError } from '@trellis-mcp/errors';
import type { CommonConfig } from '../common-settings.ts';
import type { DoctorFinding } from '../define-server.ts';
import { endpointUrl } from '../http/endpoint-url.ts';
import { issuerOptions, openKeys } from './open-door.ts';
import { openEgress } from './open-egress.ts';

/**
 * Asks the issuer for its metadata, and for its keys or about a token that never was, as the server would at its first token.
 *
 * @returns What was found, in words.
 * @throws AppError `UPSTREAM` when it does not answer, answers as another issuer, or does not take the credentials of this server.
 */
export async function checkIssuer(config: CommonConfig): Promise<string> {
  const errors: AppError[] = [];
  await using egress = openEgress(config);
  await using authenticator = createAuthenticator({
    ...issuerOptions(config),
    resource: endpointUrl(config, config.port),
    scopes: [],
    fetch: egress.fetch,
    onError: (error) => errors.push(error),
  });
  const { ok, detail } = await authenticator.check();
  if (!ok) throw explain(errors[0] ?? new AppError('UPSTREAM', detail ?? 'The issuer does not answer.'), config);
  const { authIssuer = '', authIntrospection, authClientId = '', authAudience } = config;
  const found = authIntrospection ? `its metadata, and to introspection by ${authClientId}` : 'its metadata and keys';
  return `${authIssuer} answers with ${found}; tokens must be for ${(authAudience ?? [endpointUrl(config, config.port)]).join(', ')}`;
}

/** Names the issuer, what was underneath, and the flags to look at. */
function explain(error: AppError, { authIssuer = '', authIntrospection }: CommonConfig): AppError {
  const { message, hint, cause } = error;
  const flags = authIntrospection ? '--auth-issuer, --auth-client-id and TRELLIS_AUTH_CLIENT_SECRET' : '--auth-issuer';
  const why = isAppError(cause) ? ` ${cause.message}` : '';
  return new AppError('UPSTREAM', `${authIssuer}: ${message}${why}`, {
    hint: `${hint ?? 'Is it up, and reachable from here?'} See ${flags}.`,
    cause: error,
  });
}

/** Reads the file of API keys. @throws AppError `INVALID_INPUT` when it is wrong. */
export async function checkKeys(path: string): Promise<Pick<DoctorFinding, 'level' | 'text'>> {
  const { current, ended } = (await openKeys(path)).list();
  const text = `${path} holds ${current.length} ${current.length === 1 ? 'key' : 'keys'} that can be used`;
  if (current.length === 0) return { level: 'warning', text: `${text}: make one with api-key create.` };
  return ended.length === 0 ? { level: 'ok', text } : { level: 'warning', text: `${text}; ended: ${ended.join(', ')}. Take them out.` };
}
