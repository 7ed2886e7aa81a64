import { AppError } from '@trellis-mcp/errors';

/**
 * Checks at start what a connection would find out later: that the URL can be read, and the certificates that it names. Connects nowhere.
 *
 * @throws AppError `INVALID_INPUT`
 */
export async function checkPostgresUrl(url: string): Promise<void> {
  const { readPostgresUrl } = await import('./postgres-config.ts');
  try {
    readPostgresUrl(url, { applicationName: '', settings: {} });
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'The URL of Postgres cannot be used.', {
      hint: 'Check the files that it names (sslrootcert, sslcert, sslkey), and that special characters in it are percent-encoded.',
      cause,
    });
  }
}
