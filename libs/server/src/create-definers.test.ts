import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { createDefiners } from './create-definers.ts';
import type { AnyTool } from './define.ts';
import { reply } from './reply.ts';

interface Deps {
  greet(name: string): string;
}

it('infers arguments, dependencies and result of a tool, and fits it in a list', () => {
  const { defineTool } = createDefiners<Deps>();
  const hello = defineTool({
    name: 'say_hello',
    title: 'Say hello',
    description: 'Greets somebody.',
    input: z.object({ name: z.string().default('you') }),
    output: z.object({ text: z.string() }),
    hints: { readOnly: true },
    run: ({ name }, { deps }) => Promise.resolve(reply({ text: deps.greet(name) })),
  });
  const tools: readonly AnyTool<Deps>[] = [hello];
  expect(tools.map((tool) => tool.name)).toEqual(['say_hello']);
});
