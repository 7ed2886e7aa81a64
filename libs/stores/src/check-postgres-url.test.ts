import { expect, it } from '@jest/globals';
import { checkPostgresUrl } from './check-postgres-url.ts';

it.each(['postgres://reader:secret@db.example:5432/shop?sslmode=verify-full', 'postgresql:///shop?host=/run/postgresql', 'postgres://'])(
  'takes %s',
  async (url) => {
    await expect(checkPostgresUrl(url)).resolves.toBeUndefined();
  },
);

it.each([
  ['a certificate that is not there', 'postgres://reader:hunter2@db/shop?sslrootcert=/nonexistent/ca.pem'],
  ['a key that is not there', 'postgres://reader:hunter2@db/shop?sslkey=/nonexistent/key.pem'],
  ['a name that cannot be decoded', 'postgres://reader:hunter2@db/%ff'],
])('refuses %s, and repeats nothing of the URL', async (_what, url) => {
  const failure: unknown = await checkPostgresUrl(url).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'INVALID_INPUT', hint: expect.stringContaining('sslrootcert') });
  expect(String(failure)).not.toMatch(/hunter2|nonexistent/);
});
