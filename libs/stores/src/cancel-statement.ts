import type { Socket } from 'node:net';
import type { Client, Connection } from 'pg';

// Parts of the driver that its types leave out.
declare module 'pg' {
  interface ClientConfig {
    readonly sslNegotiation?: 'postgres' | 'direct';
  }
  interface Client {
    readonly processID: number | null;
    readonly secretKey: number | null;
    readonly sslNegotiation: 'postgres' | 'direct';
  }
  interface Connection {
    connect(port: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processId: number, secretKey: number): void;
  }
}

/** What {@link cancelStatement} works with. */
export interface CancelOptions {
  /** Made by the driver. */
  openConnection: (client: Client) => Connection;
  /** Longest wait, in milliseconds. */
  timeoutMs: number;
}

/**
 * Asks the server, over a connection of its own, to stop the statement that a client runs (PostgreSQL, 55.2.8 Canceling Requests in
 * Progress).
 *
 * @returns Whether the server took the request: it says so by closing that connection, and says nothing else.
 */
export async function cancelStatement(client: Client, { openConnection, timeoutMs }: CancelOptions): Promise<boolean> {
  const { processID, secretKey } = client;
  if (processID === null || secretKey === null) return false;
  const over = Promise.withResolvers<boolean>();
  const connection = openConnection(client);
  const timer = setTimeout(() => over.resolve(false), timeoutMs);
  let isSent = false;
  const send = (): void => {
    connection.cancel(processID, secretKey);
    isSent = true;
  };
  connection.on('connect', () => {
    if (!client.ssl) send();
    else if (client.sslNegotiation !== 'direct') connection.requestSsl();
  });
  connection.on('sslconnect', send);
  connection.on('error', () => over.resolve(false));
  connection.on('end', () => over.resolve(isSent));
  if (client.host.startsWith('/')) connection.connect(`${client.host}/.s.PGSQL.${String(client.port)}`);
  else connection.connect(client.port, client.host);
  try {
    return await over.promise;
  } finally {
    clearTimeout(timer);
    connection.stream.destroy();
  }
}

/** Makes the connection of a {@link CancelOptions}, with the TLS of the client. */
export function createConnectionOpener(Driver: typeof Connection, openSocket: () => Socket): (client: Client) => Connection {
  return ({ ssl, sslNegotiation }) => new Driver({ ssl, sslNegotiation, stream: openSocket });
}
