import { fstat } from 'node:fs';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';
import { pino, type Level, type Logger as PinoLogger } from 'pino';
import { CallFields } from './call-fields.ts';
import { openLineSink, type LineSinkOptions } from './line-sink.ts';
import { openLogFile } from './open-log-file.ts';
import { clipText } from './clip-text.ts';
import { lineLimits, scrubFields } from './scrub-value.ts';

/** A pino logger; hand on `log.child({ ... })` to bind fields. */
export type Logger = PinoLogger;

/** The levels of `--log-level`, most to least severe; `silent` turns the log off. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** The values of `--log-format`. */
export const logFormats = ['auto', 'json', 'pretty'] as const;

/** One of {@link logFormats}; `auto` is `pretty` on a terminal and `json` elsewhere. */
export type LogFormat = (typeof logFormats)[number];

/** Options of {@link createLogger}. */
export interface CreateLoggerOptions {
  /** Default: `info`. */
  readonly level?: LogLevel;
  /** Default: `auto`. */
  readonly format?: LogFormat;
  /** Appends to this file in place of standard error. */
  readonly file?: string;
  /** Whether the output is a terminal. Default: asked of standard error; false with `file`. */
  readonly isTerminal?: boolean;
  /** The program's name, on every line as `server`. */
  readonly name?: string;
  readonly version?: string;
  /** More paths to redact, in pino's syntax, such as `args.customer.*`. Secret keys and DSN passwords are always redacted. */
  readonly redact?: readonly string[];
  /** The clock of the lines, milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
}

/** An open log: close it last. */
export interface OpenLogger extends AsyncDisposable {
  readonly log: Logger;
  /** Writes what a slow reader left (at most 500 ms) and closes the file. Lines after it are dropped. */
  close(): Promise<void>;
}

/**
 * Opens the log of a program: synchronous lines on standard error or in a file, never on standard output.
 *
 * Every line is scrubbed of secrets. Output that fails drops lines and never throws; a warning with their number follows when it works again.
 *
 * @throws AppError `INVALID_INPUT` when `file` cannot be used.
 */
export async function createLogger(options: CreateLoggerOptions = {}): Promise<OpenLogger> {
  const { file, format = 'auto' } = options;
  const isTerminal = options.isTerminal ?? (file === undefined && isatty(2));
  const isPretty = format === 'pretty' || (format === 'auto' && isTerminal);
  const render = isPretty ? await loadPretty(isTerminal) : undefined;
  const output = file === undefined ? await openStandardError() : await openFile(file);
  const sink = openLineSink({
    ...output,
    onLost: (lines) => {
      log.warn({ lines }, 'Log output failed for a while; lines were lost.');
    },
  });
  const log = pino(pinoOptions(options), { write: (line) => sink.write(render === undefined ? line : render(line)) });
  scrubChildren(log);
  const close = (): Promise<void> => sink.close();
  return { log, close, [Symbol.asyncDispose]: close };
}

/** A logger that writes nothing, for tests and for libraries used without a log. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' }, { write: () => undefined });
}

/** Pino hands the fields of child loggers to no formatter: they are scrubbed on their way in. Children inherit the wrapped method. */
function scrubChildren(log: Logger): void {
  const child: unknown = Reflect.get(log, 'child');
  if (typeof child !== 'function') throw new TypeError('A pino logger has a method child.');
  Object.defineProperty(log, 'child', {
    value(this: unknown, bindings: object, options?: object): unknown {
      return Reflect.apply(child, this, [scrubFields(bindings), options]);
    },
  });
}

function pinoOptions({ level = 'info', name, version, redact = [], now = Date.now }: CreateLoggerOptions): pino.LoggerOptions {
  return {
    level: level satisfies Level | 'silent',
    base: { pid: process.pid, ...(name !== undefined && { server: name }), ...(version !== undefined && { version }) },
    timestamp: createTimestamp(now),
    formatters: { level: (label) => ({ level: label }), log: formatFields },
    // formatters.log has described errors already
    serializers: { err: (described: unknown) => described, msg: scrubMessage },
    ...(redact.length > 0 && { redact: { paths: [...redact], censor: '[redacted]' } }),
  };
}

/** Pino prints what it gets; a {@link CallFields} is clean already. */
function formatFields(fields: object): Record<string, unknown> {
  return fields instanceof CallFields ? fields : scrubFields(fields);
}

function scrubMessage(message: unknown): unknown {
  return typeof message === 'string' ? clipText(message, lineLimits.chars) : message;
}

/** ISO 8601 with milliseconds; the part that changes once a second is kept. */
function createTimestamp(now: () => number): () => string {
  let keptSecond = Number.NaN;
  let kept = '';
  return () => {
    const ms = Math.floor(now());
    const second = Math.floor(ms / 1_000);
    if (second !== keptSecond) {
      keptSecond = second;
      kept = new Date(second * 1_000).toISOString().slice(0, -4);
    }
    return `,"time":"${kept}${String(ms - second * 1_000).padStart(3, '0')}Z"`;
  };
}

async function loadPretty(isColored: boolean): Promise<(line: string) => string> {
  const { createPrettyRenderer } = await import('./create-pretty-renderer.ts');
  return createPrettyRenderer(isColored);
}

async function openFile(path: string): Promise<Pick<LineSinkOptions, 'fd' | 'release'>> {
  const handle = await openLogFile(path);
  return { fd: handle.fd, release: () => handle.close() };
}

/**
 * Touches `process.stderr` when it is a pipe, which makes the pipe non-blocking: a host that never reads it must not stop the server.
 * Node keeps descriptors 0 to 2 open, so `fstat` has an answer.
 */
async function openStandardError(): Promise<Pick<LineSinkOptions, 'fd'>> {
  const stats = await promisify(fstat)(2);
  const isPipe = stats.isFIFO() || stats.isSocket();
  if (isPipe && !process.stderr.listeners('error').includes(ignoreBrokenPipe)) process.stderr.on('error', ignoreBrokenPipe);
  return { fd: 2 };
}

/** Nobody is left to tell; a warning of Node's own that cannot be printed must not end the program. */
function ignoreBrokenPipe(): undefined {
  return undefined;
}
