import { findWords } from './find-words.ts';

/** The tools of this server, in the order in which clients see them. */
export const tools = [findWords];
