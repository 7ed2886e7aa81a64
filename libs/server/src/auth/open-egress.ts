import { createEgress, type Egress } from '@trellis-mcp/egress';
import type { CommonConfig } from '../common-settings.ts';

/** Opens the way to the issuer: small answers, soon. */
export function openEgress({ egressAllow }: Pick<CommonConfig, 'egressAllow'>): Egress {
  return createEgress({ allow: egressAllow, flag: '--egress-allow', timeoutMs: 10_000, maxBodyBytes: 1024 * 1024 });
}
