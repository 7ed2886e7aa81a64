import type { Server } from 'node:net';
import { AppError } from '@trellis-mcp/errors';

/**
 * Listens and returns the port, which is a free one for port 0.
 *
 * @throws AppError `UPSTREAM` when the port is taken, `INVALID_INPUT` when the address is not one of this machine.
 */
export function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      reject(explain(error, host, port));
    };
    server.once('error', onError);
    server.listen({ port, host: host.replace(/^\[|\]$/g, '') }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): AppError {
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
    const what = error.code === 'EACCES' ? 'may not be used by this user' : 'is in use';
    const hint = 'Choose another one with --port (TRELLIS_PORT), or --port 0 for a free one.';
    return new AppError('UPSTREAM', `Port ${port} ${what}.`, { hint, cause: error });
  }
  const hint = 'Choose an address of this machine with --host (TRELLIS_HOST).';
  return new AppError('INVALID_INPUT', `Cannot listen on ${host} (${error.code ?? error.message}).`, { hint, cause: error });
}
