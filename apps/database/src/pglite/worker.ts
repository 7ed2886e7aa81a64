import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { TooManyColumnsError } from '../sources/page.ts';
import { cursorPrefix } from '../sources/page-cursor.ts';
import type { PagePart } from '../sources/raw-page.ts';
import { compileEngine, openDatabase } from './open-database.ts';
import type { FromWorker, Job, JobAnswer, JobFailure, ToWorker, WorkerStart } from './protocol.ts';
import { runOwn, runPage, runScript, scrubSession } from './session.ts';

/** Entry of the worker thread: opens the database, then does one job after the other. */
async function main(port: MessagePort, start: WorkerStart): Promise<void> {
  const send = (message: FromWorker): void => port.postMessage(message);
  try {
    const engine = start.engine ?? (await compileEngine());
    const db = await openDatabase(start, engine);
    send({ kind: 'ready', engine });
    let last = Promise.resolve();
    port.on('message', (message: ToWorker) => {
      last = last.then(() => doJob(db, message, send));
    });
  } catch (error) {
    send({ kind: 'failed', message: describe(error) });
  }
}

/** Answers first and scrubs then, so that the caller does not wait for it; the next job does. */
async function doJob(db: PGlite, { id, job }: ToWorker, send: (message: FromWorker) => void): Promise<void> {
  try {
    send({ kind: 'done', id, answer: await run(db, job, (part) => send({ kind: 'part', id, part })) });
  } catch (error) {
    send({ kind: 'error', id, failure: toFailure(error, job) });
  }
  try {
    await scrubSession(db);
  } catch (error) {
    send({ kind: 'failed', message: describe(error) });
  }
}

async function run(db: PGlite, job: Job, emit: (part: PagePart) => void): Promise<JobAnswer> {
  if (job.kind === 'page') {
    return runPage(db, job.request, emit);
  }
  if (job.kind === 'script') {
    return { results: await runScript(db, job.statements) };
  }
  return runOwn(db, job);
}

/** PostgreSQL's errors have a SQLSTATE; all others come from the engine around it, which may be unusable from here on. */
function toFailure(error: unknown, job: Job): JobFailure {
  if (error instanceof TooManyColumnsError) {
    return { kind: 'columns', columns: error.columns };
  }
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !('severity' in error)) {
    return { kind: 'broken', message: describe(error) };
  }
  const position = 'position' in error ? Number(error.position) - prefixOf(job).length : 0;
  return {
    kind: 'sql',
    code: error.code,
    message: error.message,
    ...('detail' in error && typeof error.detail === 'string' ? { detail: error.detail } : {}),
    ...(position > 0 ? { position } : {}),
  };
}

/** What stood before the caller's statement. */
function prefixOf(job: Job): string {
  if (job.kind === 'script') {
    return job.statements.find(({ prefix }) => prefix !== undefined)?.prefix ?? '';
  }
  return job.kind === 'page' && job.request.kind === 'rows' ? cursorPrefix : '';
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

if (parentPort !== null) {
  const start = workerData as WorkerStart;
  await main(parentPort, start);
}
