import type { Definers } from './define.ts';

/** Binds `defineTool`, `defineResource` and `definePrompt` to the `Deps` of one server. They return what they get. */
export function createDefiners<Deps>(): Definers<Deps> {
  return {
    defineTool: (tool) => tool,
    defineResource: (resource) => resource,
    definePrompt: (prompt) => prompt,
  };
}
