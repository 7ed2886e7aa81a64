import { commonSettings, createDefiners, defineServer } from '@trellis-mcp/server';
import { z } from 'zod';

interface Deps {
  readonly words: readonly string[];
}

const { defineTool, definePrompt, defineResource } = createDefiners<Deps>();
const port = 3198;

const countWords = defineTool({
  name: 'count_words',
  title: 'Count words',
  description: 'Count the words of a text. Use when the length of a text matters.',
  input: z.object({ text: z.string().max(1000).describe('The text.') }),
  output: z.object({ words: z.number() }),
  hints: { readOnly: true },
  run: ({ text }) => Promise.resolve({ words: text.split(/\s+/).filter(Boolean).length }),
});

const listWords = defineTool({
  name: 'list_words',
  title: 'List words',
  description: 'List the words that the server knows. Use before count_words.',
  input: z.object({ limit: z.int().min(1).max(10).default(5).describe('How many at most.') }),
  output: z.object({ words: z.array(z.string()) }),
  hints: { readOnly: true },
  run: ({ limit }, { deps }) => Promise.resolve({ words: deps.words.slice(0, limit) }),
});

/** The tools, for tests that change them. */
export const tools = [countWords, listWords];

/** The smallest server that has everything the contract looks at. */
export const app = defineServer({
  name: 'trellis-sample',
  title: 'Trellis sample',
  version: '1.2.3',
  description: 'Counts words.',
  instructions: 'Counts the words of texts.',
  port,
  settings: z.object(commonSettings({ port })),
  openDeps: (): Promise<Deps> => Promise.resolve({ words: ['one', 'two', 'three'] }),
  tools,
  resources: [
    defineResource({
      name: 'words',
      title: 'Words',
      description: 'The words that the server knows.',
      uri: 'sample://words',
      mimeType: 'text/plain',
      read: ({ deps }) => Promise.resolve(deps.words.join('\n')),
    }),
  ],
  prompts: [
    definePrompt({
      name: 'explain',
      title: 'Explain a word',
      description: 'Ask for the meaning of a word.',
      input: z.object({ word: z.string().describe('The word.') }),
      render: ({ word }) => Promise.resolve(`What does ${word} mean?`),
    }),
  ],
});
