import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { redactConfig } from './redact-config.ts';
import { setting } from './setting.ts';

const secret = setting(z.string(), { secret: true });

it('hides secrets wherever they stand, and passwords in URLs', () => {
  const schema = z.object({
    apiKey: secret.optional(),
    unset: secret.optional(),
    keys: setting(z.array(z.string()), { secret: true }),
    servers: z.array(z.object({ url: z.string(), token: secret })).default([]),
    byName: z.record(z.string(), secret),
    databaseUrl: z.string(),
    port: z.int(),
  });
  const config = schema.parse({
    apiKey: 'k1',
    keys: ['k2'],
    servers: [{ url: 'http://u:k3@h/p?a=b:c@d', token: 'k4' }],
    byName: { a: 'k5' },
    databaseUrl: 'postgres://app:k6%40x@db:5432/shop,postgres://b:k7@c',
    port: 1,
  });
  const shown = redactConfig(schema, config);
  expect(JSON.stringify(shown)).not.toMatch(/k\d/);
  expect(shown).toEqual({
    apiKey: '[redacted]',
    keys: '[redacted]',
    servers: [{ url: 'http://u:[redacted]@h/p?a=b:c@d', token: '[redacted]' }],
    byName: { a: '[redacted]' },
    databaseUrl: 'postgres://app:[redacted]@db:5432/shop,postgres://b:[redacted]@c',
    port: 1,
  });
});

it('leaves the configuration itself as it was', () => {
  const schema = z.object({ apiKey: secret });
  const config = { apiKey: 'k' };
  redactConfig(schema, config);
  expect(config).toEqual({ apiKey: 'k' });
});
