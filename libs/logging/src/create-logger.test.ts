import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@trellis-mcp/errors';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, silentLogger, type CreateLoggerOptions, type Logger } from './create-logger.ts';
import { auditCall, logCall, type CallRecord } from './log-call.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trellis-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function logInto(write: (log: Logger) => void, options: CreateLoggerOptions = {}): Promise<string> {
  const file = join(folder, `${++files}.log`);
  const { log, close } = await createLogger({ file, now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6), ...options });
  write(log);
  await close();
  return readFile(file, 'utf8');
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const call: CallRecord = {
  requestId: 'r-1',
  kind: 'tool',
  name: 'query',
  principal: 'local',
  transport: 'stdio',
  era: 'modern',
  outcome: 'ok',
  durationMs: 1.23456,
  resultBytes: 10,
};

describe('a line', () => {
  it('is JSON with level, ISO time, server and version', async () => {
    const text = await logInto((log) => log.info({ rows: 3 }, 'ready'), { name: 'trellis-x', version: '1.2.3' });
    const head = { level: 'info', time: '2026-01-02T03:04:05.006Z', pid: process.pid, server: 'trellis-x', version: '1.2.3' };
    expect(linesOf(text)).toEqual([{ ...head, rows: 3, msg: 'ready' }]);
  });

  it('stays one line of JSON whatever the values hold', async () => {
    const text = await logInto((log) => log.info({ name: 'a\nb\u2028"\\', nested: { deep: ['\r\n'] } }, 'x\ny'));
    expect(linesOf(text)).toMatchObject([{ name: 'a\nb\u2028"\\', nested: { deep: ['\r\n'] }, msg: 'x\ny' }]);
  });

  it('is cut where a value is large, deep, wide or circular', async () => {
    const circular: Record<string, unknown> = { long: 'x'.repeat(100_000), wide: Array.from({ length: 1_000 }, () => 1) };
    circular['self'] = circular;
    const text = await logInto((log) => log.info(circular, 'm'.repeat(100_000)));
    expect(text.length).toBeLessThan(100_000);
    expect(linesOf(text)).toHaveLength(1);
  });
});

describe('a value', () => {
  it('that JSON has not, or that throws when read, breaks no line', async () => {
    const odd = {
      get broken() {
        throw new TypeError('no');
      },
      big: 12n,
      bytes: new Uint8Array(5),
      map: new Map([['password', 'hunter2']]),
      when: new Date(Number.NaN),
      call: () => 1,
      proxy: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    };
    const text = await logInto((log) => log.info(odd, 'odd'));
    expect(linesOf(text)).toMatchObject([
      {
        broken: '[unreadable: TypeError]',
        big: '12',
        bytes: '[5 bytes]',
        map: { password: '[redacted]' },
        when: 'Invalid Date',
        msg: 'odd',
      },
    ]);
  });
});

describe('secrets', () => {
  const dsn = 'postgres://app:hunter2@db/shop';
  const withCause = new Error(`cannot reach ${dsn}`, { cause: new AppError('UPSTREAM', `refused by ${dsn}`, { details: { dsn } }) });

  it.each<[string, (log: Logger) => void]>([
    ['a message', (log) => log.info(`using ${dsn}`)],
    ['an interpolated message', (log) => log.info('using %s and %o', dsn, { password: 'hunter2' })],
    ['a field', (log) => log.info({ url: dsn })],
    [
      'a key, at any depth',
      (log) => log.info({ a: { b: [{ password: 'hunter2', headers: { Authorization: 'hunter2', cookie: ['hunter2'] } }] } }),
    ],
    ['fields of a child', (log) => log.child({ a: { token: 'hunter2' }, url: dsn }).info('x')],
    ['fields of a grandchild with options', (log) => log.child({}).child({ secret: 'hunter2' }, { level: 'debug' }).info('x')],
    ['an error', (log) => log.error(new Error(dsn))],
    ['an error with its causes', (log) => log.error({ err: withCause }, 'x')],
    ['an error under another key', (log) => log.error({ reason: withCause }, 'x')],
    ['errors collected', (log) => log.error({ err: new AggregateError([withCause], dsn) })],
    [
      'fields of an error',
      (log) => log.error(Object.assign(new Error('x'), { password: 'hunter2', url: dsn, config: { auth: 'hunter2' } })),
    ],
    ['a thrown string', (log) => logCall(log, { ...call, outcome: 'INTERNAL', error: dsn })],
    [
      'arguments of an audited call',
      (log) =>
        auditCall(log, {
          ...call,
          args: { password: 'hunter2', list: [{ api_key: 'hunter2', secretKey: 'hunter2', jwt: 'hunter2' }], url: dsn },
        }),
    ],
    ['a URL object', (log) => log.info({ url: new URL(dsn) })],
  ])('do not show in %s', async (_, write) => {
    const text = await logInto(write);
    expect(text).toContain('[redacted]');
    expect(text).not.toContain('hunter2');
    expect(linesOf(text)).toHaveLength(1);
  });

  it('are also what the operator names by path', async () => {
    const text = await logInto((log) => log.info({ customer: { email: 'a@b.c' } }), { redact: ['customer.email'] });
    expect(linesOf(text)).toMatchObject([{ customer: { email: '[redacted]' } }]);
  });

  it('are looked for by the end of a key: counts of tokens stay', async () => {
    const text = await logInto((log) => log.info({ maxTokens: 5, tokenKind: 'opaque', refreshToken: 'x' }));
    expect(linesOf(text)).toMatchObject([{ maxTokens: 5, tokenKind: 'opaque', refreshToken: '[redacted]' }]);
  });
});

it('a call names its own caller and handler, whoever called before', async () => {
  const calls = [call, { ...call, principal: 'ann' }, { ...call, principal: 'ann', name: 'explain' }, { ...call, clientId: 'c1' }, call];
  const text = await logInto((log) => calls.forEach((one) => logCall(log, one)));
  const told = linesOf(text).map(({ principal, name, clientId }) => [principal, name, clientId]);
  expect(told).toEqual(calls.map((one) => [one.principal, one.name, one.clientId]));
});

describe('a call', () => {
  it('is one line with request id, name, principal, outcome and duration', async () => {
    const text = await logInto((log) => logCall(log, call));
    expect(linesOf(text)).toMatchObject([{ level: 'info', ...call, durationMs: 1.23, msg: 'call' }]);
  });

  it.each([
    ['INTERNAL', 'error'],
    ['UPSTREAM', 'warn'],
    ['LIMIT', 'warn'],
    ['DENIED', 'info'],
    ['failed', 'info'],
  ] as const)('that ended with %s is logged as %s, with its error', async (outcome, level) => {
    const text = await logInto((log) => logCall(log, { ...call, outcome, error: new TypeError('why') }));
    expect(linesOf(text)).toMatchObject([{ level, outcome, err: { type: 'TypeError', message: 'why' } }]);
  });

  it('says where a bug was thrown, and of a refusal only what caused it', async () => {
    const error = new AppError('DENIED', 'no', { cause: new Error('below') });
    const [bug, refusal] = linesOf(
      await logInto((log) => {
        logCall(log, { ...call, outcome: 'INTERNAL', error });
        logCall(log, { ...call, outcome: 'DENIED', error });
      }),
    );
    expect(bug?.['err']).toHaveProperty('stack');
    expect(refusal?.['err']).toMatchObject({ type: 'AppError', message: 'no', cause: { message: 'below' } });
    expect(refusal?.['err']).not.toHaveProperty('stack');
  });

  it('below the level writes nothing', async () => {
    expect(await logInto((log) => logCall(log, call), { level: 'warn' })).toBe('');
  });

  it('that is audited is written whatever the level, with its arguments cut', async () => {
    const text = await logInto((log) => auditCall(log, { ...call, args: { sql: 'x'.repeat(5_000) } }), { level: 'fatal' });
    expect(linesOf(text)).toMatchObject([
      { audit: true, requestId: 'r-1', args: { sql: expect.stringMatching(/^x{512}… \(5000 characters\)$/) } },
    ]);
  });

  it('that is audited writes nothing to a silent log', async () => {
    expect(await logInto((log) => auditCall(log, { ...call, args: {} }), { level: 'silent' })).toBe('');
    auditCall(silentLogger(), { ...call, args: {} });
  });
});

describe('a pretty line', () => {
  it('shows control characters and does not send them', async () => {
    const esc = String.fromCharCode(27);
    const text = await logInto((log) => log.error({ err: new Error(`${esc}[2J`), name: `a${esc}]0;x\u0007\u009b1m` }, `m${esc}[31m`), {
      format: 'pretty',
    });
    expect(text).toContain('ERROR');
    expect(text).toContain('m\u241b[31m');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

describe('a log file', () => {
  it('is appended to, readable by its owner only', async () => {
    const file = join(folder, 'twice.log');
    for (const message of ['one', 'two']) {
      await using opened = await createLogger({ file });
      opened.log.info(message);
    }
    expect(linesOf(await readFile(file, 'utf8')).map((line) => line['msg'])).toEqual(['one', 'two']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('takes no line after it was closed, and can be closed twice', async () => {
    const file = join(folder, 'closed.log');
    const { log, close } = await createLogger({ file });
    await close();
    log.fatal('late');
    await close();
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it.each([
    ['in a missing directory', () => join(folder, 'none', 'x.log'), /does not exist/],
    ['that is a directory', () => folder, /it is a directory/],
    ['below a file', () => join(import.meta.filename, 'x.log'), /not a directory/],
    [
      'that is a pipe',
      () => {
        execFileSync('mkfifo', [join(folder, 'fifo')]);
        return join(folder, 'fifo');
      },
      /it is a pipe or socket/,
    ],
  ])('%s is refused with what is wrong', async (_, path, message) => {
    const refused = createLogger({ file: path() });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) });
  });
});

it('writes the line of a call as pino would', async () => {
  const { requestId, kind, name, principal, transport, era, outcome, durationMs, resultBytes } = call;
  const fields = { requestId, outcome, durationMs: Math.round(durationMs * 100) / 100, resultBytes };
  const text = await logInto(
    (log) => {
      logCall(log, call);
      log.child({ kind, name, principal, transport, era }).info(fields, 'call');
    },
    { name: 'a "server"', version: '1.0.0' },
  );
  const [ours, pinos] = text.trimEnd().split('\n');
  expect(ours).toBe(pinos);
});
