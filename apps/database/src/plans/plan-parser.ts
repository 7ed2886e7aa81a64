import { createParser } from '../sql/parser.ts';

/** The parser of plans and advice, apart from those of the gates: what it reads has passed one. Loaded by the first text. */
export const planParser = createParser();
