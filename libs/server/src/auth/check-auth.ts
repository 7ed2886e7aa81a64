import { createAuthenticator } from '@trellis-mcp/auth';
import { AppError } from '@trellis-mcp/errors';
import type { CommonConfig } from '../common-settings.ts';
import { endpointUrl } from '../http/endpoint-url.ts';
import { issuerOptions, openKeys } from './open-door.ts';
import { openEgress } from './open-egress.ts';

/**
 * Asks the issuer for its metadata and keys, as the server would at its first token.
 *
 * @returns What was found, in words.
 * @throws AppError `UPSTREAM` when it does not answer, or answers as another issuer.
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
  if (!ok) throw errors[0] ?? new AppError('UPSTREAM', detail ?? 'The issuer does not answer.');
  const names = config.authIntrospection ? 'its metadata' : 'its metadata and keys';
  return `${config.authIssuer ?? ''} answers with ${names}; tokens must be for ${(config.authAudience ?? [endpointUrl(config, config.port)]).join(', ')}`;
}

/** Reads the file of API keys. @throws AppError `INVALID_INPUT` when it is wrong. */
export async function checkKeys(path: string): Promise<string> {
  await openKeys(path);
  return `${path} can be read`;
}
