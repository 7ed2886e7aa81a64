import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Answers inside a virtual machine of Azure although the address looks public (platform DNS, agent and metadata). */
const azurePlatform = '168.63.129.16';

/**
 * Names the range that makes an address no public host, or gives undefined for a public one.
 *
 * IPv4-mapped addresses are judged as the IPv4 address in them. Addresses that carry another one (NAT64, 6to4, Teredo,
 * IPv4-compatible) are refused as such, and of IPv6 only 2000::/3 is public (IANA special-purpose address registries).
 */
export function findForbiddenRange(address: string): string | undefined {
  if (isIP(address) === 0) return 'unreadable';
  const parsed = ipaddr.process(spell(address));
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (parsed instanceof ipaddr.IPv6) return parsed.match(globalUnicast) ? undefined : 'reserved';
  return parsed.toString() === azurePlatform ? 'platform' : undefined;
}

/** The hexadecimal spelling of URLs, without a zone: ipaddr.js takes the IPv4-compatible `::127.0.0.1` for the mapped form. */
function spell(address: string): string {
  const url = isIP(address) === 6 ? URL.parse(`http://[${address.replace(/%.*$/, '')}]`) : null;
  return url === null ? address : url.hostname.slice(1, -1);
}
