import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { AppError } from '@trellis-mcp/errors';
import { buildConnector } from 'undici';
import type { UrlPolicy } from './check-url.ts';
import { findForbiddenRange } from './find-forbidden-range.ts';

/** Resolves a host name to every address it has. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/** What {@link createGuardedConnector} needs beside the policy. */
export interface ConnectorOptions extends UrlPolicy {
  readonly lookup: Lookup | undefined;
  /** For the look-up, and again for connecting, in milliseconds. */
  readonly timeoutMs: number;
}

const maxAddresses = 100;

/**
 * Makes what undici opens sockets with. A literal address, or every address a name has at that moment, must be public unless scheme,
 * host and port are allowed; the socket goes to one of the addresses that were judged, so a second answer of the name server changes nothing.
 */
export function createGuardedConnector(options: ConnectorOptions): buildConnector.connector {
  return (target, callback) => {
    void findAddresses(target, options).then(
      (addresses) => open(target, addresses, { options, callback }),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function findAddresses(target: buildConnector.Options, options: ConnectorOptions): Promise<readonly string[]> {
  const hostname = target.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(hostname) === 0 ? await resolve(hostname, options) : [hostname];
  if (options.allow.hasHost(target.protocol, hostname, portOf(target))) return addresses;
  const place = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${portOf(target)}`;
  for (const address of addresses) refuseForbidden({ address, place, flag: options.flag });
  return addresses;
}

function portOf({ port, protocol }: buildConnector.Options): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

async function resolve(hostname: string, { lookup = lookUp, timeoutMs }: ConnectorOptions): Promise<readonly string[]> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(
    () => timer.reject(new AppError('TIMEOUT', `The name ${hostname} took more than ${timeoutMs} ms.`)),
    timeoutMs,
  );
  try {
    const addresses = await Promise.race([lookup(hostname), timer.promise]);
    if (addresses.length > 0) return addresses.slice(0, maxAddresses);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('UPSTREAM', `The name ${hostname} could not be resolved.`, { retryable: true, cause });
  } finally {
    clearTimeout(timeout);
  }
  throw new AppError('UPSTREAM', `The name ${hostname} has no address.`, { retryable: true });
}

async function lookUp(hostname: string): Promise<string[]> {
  const answers = await systemLookup(hostname, { all: true, order: 'verbatim' });
  return answers.map((answer) => answer.address);
}

function refuseForbidden({ address, place, flag }: { address: string; place: string; flag: string }): void {
  const range = findForbiddenRange(address);
  if (range === undefined) return;
  throw new AppError('DENIED', `${place} is refused: it is no public address (${range}).`, { hint: `Allow ${place} with ${flag}.` });
}

function open(
  target: buildConnector.Options,
  addresses: readonly string[],
  { options, callback }: { options: ConnectorOptions; callback: buildConnector.Callback },
): void {
  const connect = buildConnector({ timeout: options.timeoutMs, allowH2: false, maxCachedSessions: 0, lookup: answerWith(addresses) });
  connect(target, (...[error, socket]: [Error, null] | [null, Socket]) => {
    if (error !== null) callback(error, null);
    else if (socket.remoteAddress !== undefined && isAmong(socket.remoteAddress, addresses)) callback(null, socket);
    else {
      socket.destroy();
      callback(new AppError('DENIED', `${target.hostname} is refused: the connection went elsewhere.`), null);
    }
  });
}

function answerWith(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all }, callback) => {
    const [first] = answers;
    if (all === true || first === undefined) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}

function isAmong(address: string, addresses: readonly string[]): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return addresses.some((one) => one === address || one === plain || URL.parse(`http://[${one}]`)?.hostname === `[${address}]`);
}
