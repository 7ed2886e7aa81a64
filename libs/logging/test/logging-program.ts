/** Logs as a server does: `output.test.ts` runs it as a real process and takes its outputs away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, logCall } from '../src/index.ts';

const [lines = '1', file] = process.argv.slice(2);
const { log, close } = await createLogger({ format: 'json', ...(file !== undefined && { file }) });
const record = { requestId: 'r', kind: 'tool', name: 'query', principal: 'p', transport: 'stdio', era: 'modern', outcome: 'ok' } as const;
for (let index = 0; index < Number(lines); index += 1) {
  logCall(log, { ...record, durationMs: index });
  if (index % 100 === 0) await sleep(1);
}
log.fatal('the end');
process.stdout.write('alive\n');
await close();
