import { createEgress, type Egress } from '@trellis-mcp/egress';
import { AppError } from '@trellis-mcp/errors';
import type { CommonConfig } from '../common-settings.ts';

/**
 * Opens the way to the issuer: small answers, soon.
 *
 * @throws AppError `INVALID_INPUT` for an issuer that may not be asked, and for a wrong entry of `--egress-allow`.
 */
export function openEgress({ egressAllow, authIssuer }: Pick<CommonConfig, 'egressAllow' | 'authIssuer'>): Egress {
  const egress = createEgress({ allow: egressAllow, flag: '--egress-allow', timeoutMs: 10_000, maxBodyBytes: 1024 * 1024 });
  if (authIssuer !== undefined) checkIssuerUrl(egress, new URL(authIssuer));
  return egress;
}

function checkIssuerUrl(egress: Egress, issuer: URL): void {
  try {
    egress.check(issuer);
  } catch (cause) {
    const message = `--auth-issuer ${issuer.origin} has no TLS, so that anybody on the way could make tokens.`;
    throw new AppError('INVALID_INPUT', message, { hint: `If that is meant, on this machine: --egress-allow ${issuer.host}.`, cause });
  }
}
