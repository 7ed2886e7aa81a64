import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scrubText } from './scrub-text.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const pem = (edge: 'BEGIN' | 'END'): string => `-----${edge} RSA PRIVATE KEY-----`;

describe('what is removed', () => {
  it.each([
    ['a DSN password', 'postgres://app:s3cr3t@db:5432/shop', 'postgres://app:[redacted]@db:5432/shop'],
    ['one with an @', 'postgres://app:p@ss@db/shop', 'postgres://app:[redacted]@db/shop'],
    ['one with a slash', 'postgres://app:pa/ss@db/shop', 'postgres://app:[redacted]@db/shop'],
    ['one with a quote, in JSON', '{"url":"postgres://app:p\\"w@db/shop"}', '{"url":"postgres://app:[redacted]@db/shop"}'],
    ['one without a user', 'redis://:hunter2@cache:6379', 'redis://:[redacted]@cache:6379'],
    ['one in the middle of a sentence', 'connect to mysql://u:pw@h failed', 'connect to mysql://u:[redacted]@h failed'],
    ['one of digits only', 'postgres://u:12345@h/d', 'postgres://u:[redacted]@h/d'],
    ['two in one line', 'amqp://u:x@h ftp://v:y@i', 'amqp://u:[redacted]@h ftp://v:[redacted]@i'],
    ['proxy credentials', 'http_proxy=http://me:secretpw@proxy:3128', 'http_proxy=http://me:[redacted]@proxy:3128'],
    ['a bearer token', 'Authorization: Bearer abc.def-123456', 'Authorization: Bearer [redacted]'],
    ['basic credentials', 'authorization: basic dXNlcjpwYXNzd29yZA==', 'authorization: basic [redacted]'],
    ['a DPoP token', 'DPoP abcdefghijkl', 'DPoP [redacted]'],
    ['a key/value DSN', "host=db password='a b' user=x", "host=db password='[redacted]' user=x"],
    ['a query parameter', 'GET /cb?access_token=abc123&x=1', 'GET /cb?access_token=[redacted]&x=1'],
    ['an api key parameter', 'GET /v1?api_key=abc123&x=1', 'GET /v1?api_key=[redacted]&x=1'],
    ['a command line', '--client-secret=abc123 --port 1', '--client-secret=[redacted] --port 1'],
    ['a JSON field', '{"password":"hunter2","port":1}', '{"password":"[redacted]","port":1}'],
    ['a JSON field of another case', '{"clientSecret":"abc","API_KEY":"def"}', '{"clientSecret":"[redacted]","API_KEY":"[redacted]"}'],
    ['a JSON field inside a JSON string', '{"msg":"{\\"password\\":\\"hunter2\\"}"}', '{"msg":"{\\"password\\":\\"[redacted]\\"}"}'],
    ['fields as Node prints them', "{ password: 'x', 'api-key': 'abc' }", "{ password: '[redacted]', 'api-key': '[redacted]' }"],
    ['a quoted pair', 'token="abc def" x', 'token="[redacted]" x'],
    ['a quoted pair, in JSON', '{"m":"token=\\"abc def\\" x"}', '{"m":"token=\\"[redacted]\\" x"}'],
    ['a passphrase', '{"passphrase":"open sesame"}', '{"passphrase":"[redacted]"}'],
    ['a header dump', '{"set-cookie":"sid=abc; HttpOnly"}', '{"set-cookie":"[redacted]"}'],
    [
      'a signing key',
      '{"secretKey":"abc","aws_secret_access_key":"def"}',
      '{"secretKey":"[redacted]","aws_secret_access_key":"[redacted]"}',
    ],
    ['a private key as Node prints it', "{ privateKey: 'abc' }", "{ privateKey: '[redacted]' }"],
    ['a private key as PEM', `${pem('BEGIN')}\nDEK-Info: x\nAb+/=\n${pem('END')}`, `${pem('BEGIN')}[redacted]${pem('END')}`],
    ['a JWT on its own', `token was ${jwt} there`, 'token was [redacted] there'],
    ['a GitHub token', `ghp_${'a'.repeat(36)}`, '[redacted]'],
    ['an OpenAI style key', `sk-proj-${'a'.repeat(30)}`, '[redacted]'],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['an API key of ours', `trellis_${'a'.repeat(43)}`, '[redacted]'],
  ])('%s', (_, text, expected) => {
    expect(scrubText(text)).toBe(expected);
  });
});

describe('what stays', () => {
  it.each([
    'http://localhost:3000/users/@me',
    'http://127.0.0.1:4873/@trellis-mcp/errors',
    'https://example.com/a?b=1&c=2',
    'postgres://app@db/shop',
    'mail me@example.com at 10:30',
    'the basic idea of a bearer bond',
    'tokens: 512',
    '{"passed":true,"key":"orders","tokenCount":12}',
    'SELECT password_hash FROM users',
    'sk-8 bus, xoxo',
    '{"publicKey":"abc","secretary":"Ann","privateKeyId":"7"}',
    'the private key: see below',
  ])('%s', (text) => {
    expect(scrubText(text)).toBe(text);
  });
});

it('is idempotent', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      expect(scrubText(scrubText(text))).toBe(scrubText(text));
    }),
  );
});

it('finds a secret wherever it stands', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9._~-]{12,24}$/);
  const frame = fc.constantFrom(
    (value: string) => `postgres://u:${value}@h/d`,
    (value: string) => `Bearer ${value}`,
    (value: string) => `"password":"${value}"`,
    (value: string) => `\\"access_token\\":\\"${value}\\"`,
    (value: string) => `pwd=${value}`,
  );
  const around = fc.string({ maxLength: 40 });
  fc.assert(
    fc.property(secret, frame, around, around, (value, wrap, before, after) => {
      expect(scrubText(`${before} ${wrap(value)} ${after}`)).not.toContain(value);
    }),
  );
});

it.each([
  ['scheme letters', 'a'.repeat(200_000)],
  ['scheme letters and marks', 'a://'.repeat(50_000)],
  ['a DSN without an end', `postgres://u:${'x'.repeat(200_000)}`],
  ['many DSNs without an end', 'p://u:x'.repeat(30_000)],
  ['open quotes', '"password":"'.repeat(20_000)],
  ['backslashes', '\\'.repeat(200_000)],
  ['key words', 'access-token-'.repeat(20_000)],
  ['JWT starts', 'eyJ'.repeat(70_000)],
  ['spaces after bearer', `bearer${' '.repeat(200_000)}`],
  ['equal signs', 'password='.repeat(30_000)],
])('takes time in proportion to the length of %s', (_, text) => {
  const before = process.threadCpuUsage();
  scrubText(text);
  const { user, system } = process.threadCpuUsage(before);
  // Most take 20 ms, those that hold many words 100.
  expect((user + system) / 1_000).toBeLessThan(1_500);
});
