import { AppError } from '@trellis-mcp/errors';

/** Collects what is wrong with a definition, so that everything is reported at once. */
export type Report = (problem: string) => void;

/**
 * Runs checks that report problems, and fails with all of them.
 *
 * @param what The thing checked, named in the message.
 * @throws AppError `INVALID_INPUT` when there is a problem.
 */
export function assertNoProblems(what: string, check: (report: Report) => void): void {
  const problems: string[] = [];
  check((problem) => problems.push(problem));
  if (problems.length > 0) {
    const lines = problems.map((problem) => `\n  - ${problem}`).join('');
    throw new AppError('INVALID_INPUT', `${what} is not well defined:${lines}`);
  }
}
