import { AppError } from '@trellis-mcp/errors';

/** Waits for work of a subcommand, but not for ever: what hangs is a failure, too. */
export async function inTime<Value>(work: Promise<Value>, maxMs: number): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new AppError('TIMEOUT', `No answer within ${maxMs} ms.`));
  }, maxMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
