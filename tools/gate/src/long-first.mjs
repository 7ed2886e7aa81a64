import Sequencer from '@jest/test-sequencer';

const longest = [/contract/, /[/]test[/]/];

/**
 * Begins with the suites that take longest, those that start programs, so that short ones fill what is left. Jest itself goes by what earlier
 * runs took, and by the length of the file where there is none, as in a fresh clone; the contract's files are the shortest of all.
 */
export default class LongFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => longest.filter((pattern) => pattern.test(path)).length;
    return super.sort(tests).sort((a, b) => rank(b) - rank(a));
  }
}
