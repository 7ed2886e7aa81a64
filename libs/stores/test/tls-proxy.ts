import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { findExecutable, requireCapability } from '@trellis-mcp/test-services';

/** A TLS end in front of a Postgres. */
export interface TlsProxy extends AsyncDisposable {
  readonly port: number;
  /** Requests to cancel a statement that came encrypted. */
  readonly cancels: number;
  /** File with the certificate, its own authority. */
  readonly certificate: string;
}

/** Of PostgreSQL's protocol: the codes of an SSLRequest and of a CancelRequest, after their length. */
const sslRequest = 80_877_103;
const cancelRequest = 80_877_102;

/** Speaks TLS for `localhost` and passes everything on to a plain Postgres. Needs `openssl` for its certificate. */
export async function startTlsProxy(target: number): Promise<TlsProxy> {
  const openssl = await requireCapability('openssl', async () => findExecutable('openssl'), 'Install openssl.');
  const folder = await mkdtemp(join(tmpdir(), 'trellis-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await promisify(execFile)(openssl, ['req', ...kind, ...subject, '-keyout', key, '-out', cert]);
  const identity = { key: await readFile(key), cert: await readFile(cert) };
  let cancels = 0;
  const sockets = new Set<Socket>();
  const server = createServer((plain) => {
    sockets.add(plain);
    plain.on('error', () => plain.destroy());
    plain.once('data', (first) => {
      if (first.readInt32BE(4) !== sslRequest) {
        plain.destroy();
        return;
      }
      const secure = new TLSSocket(plain, { isServer: true, ...identity });
      plain.write('S');
      const behind = connect(target, '127.0.0.1');
      sockets.add(behind);
      secure.once('data', (message: Buffer) => (cancels += message.readInt32BE(4) === cancelRequest ? 1 : 0));
      for (const end of [secure, behind]) {
        end.on('error', () => end.destroy());
        end.on('close', () => [secure, behind].forEach((other) => other.destroy()));
      }
      secure.pipe(behind).pipe(secure);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get cancels() {
      return cancels;
    },
    certificate: cert,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
