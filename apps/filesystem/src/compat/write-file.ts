import { writeFile as own } from '../tools/write-file.ts';
import { rewordTool } from './reword-tool.ts';

export const writeFile = rewordTool({ own, word: async ({ path }) => `Successfully wrote to ${path}` });
