/** A program with the life of a server: `shutdown.test.ts` runs it as a real process. */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLifecycle, watchSignals, watchStdio, type LifecycleLog } from '../src/index.ts';

const { values } = parseArgs({
  options: {
    transport: { type: 'string', default: 'socket' },
    /** What runs when the stop comes: `idle`, `short` (ends in time), `endless` (ends when aborted), `deaf` (never ends). */
    work: { type: 'string', default: 'idle' },
    /** What the close steps do: `ok`, `throw`, `hang`. */
    close: { type: 'string', default: 'ok' },
    'drain-timeout-ms': { type: 'string', default: '30000' },
  },
});

const say = (line: string): void => {
  try {
    writeSync(2, `${line}\n`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
};
const write = (fields: object, message: string): void => {
  const error: unknown = Reflect.get(fields, 'err');
  say(`log: ${message}${error instanceof Error ? ` ${error.message}` : ''}`);
};
const log: LifecycleLog = { debug: write, info: write, warn: write, error: write, fatal: write };
const exit = (code: number): void => process.exit(code);

const lifecycle = createLifecycle({ log, say, exit, drainTimeoutMs: Number(values['drain-timeout-ms']) });
watchSignals(lifecycle, { log, say, exit });
if (values.transport === 'stdio') watchStdio(lifecycle);

// What keeps a server alive although its transport has ended: the exit must be the lifecycle's own work.
setInterval(() => undefined, 1_000_000);
lifecycle.onIntake('intake', () => say('intake closed'));
lifecycle.onClose('first', () => say('closed first'));
lifecycle.onClose('troubled', () => {
  if (values.close === 'throw') throw new Error('the store broke');
  return values.close === 'hang' ? new Promise<void>(() => undefined) : undefined;
});
lifecycle.onClose('last', () => say('closed last'));

async function work(kind: string): Promise<void> {
  if (kind === 'short') await sleep(400);
  if (kind === 'quick') await sleep(50);
  if (kind === 'endless') {
    await new Promise((resolve) => {
      lifecycle.drainSignal.addEventListener('abort', resolve);
    });
    say('aborted');
  }
  if (kind === 'deaf') await new Promise(() => undefined);
  if (kind === 'large') {
    process.stdout.write(`${'x'.repeat(4_000_000)}\n`);
    say('large written');
  }
  process.stdout.write('answered\n');
}

const commands: Readonly<Record<string, () => void>> = {
  throw: () => {
    setTimeout(() => {
      throw new Error('nobody caught this');
    });
  },
  reject: () => void Promise.reject(new Error('nobody awaited this')),
  write: () => void process.stdout.write('written\n'),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const command = commands[line];
  if (command === undefined) void lifecycle.track(() => work(line));
  else command();
});
if (values.work !== 'idle') void lifecycle.track(() => work(values.work));
lifecycle.ready();
say(`ready ${process.pid}`);
