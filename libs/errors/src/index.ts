export { AppError, isAppError, type AppErrorOptions } from './app-error.ts';
export { errorCodes, type ErrorCode } from './error-codes.ts';
export { exitCodes, type ExitCode } from './exit-codes.ts';
