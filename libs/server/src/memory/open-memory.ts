import { madeSchema, ownSchema } from '../builtin/own-schema.ts';
import { createDefiners } from '../create-definers.ts';
import type { AnyTool } from '../define.ts';
import { ownerKey } from '../principal.ts';
import { isJsonObject } from '../schema/json.ts';
import type { CallMemory } from './call-memory.ts';

const maxGoal = 1_000;

interface Opening {
  readonly goal?: string;
}

const input = ownSchema<Opening>({
  json: {
    type: 'object',
    properties: { goal: { type: 'string', maxLength: maxGoal, description: 'What the work is for; stays at the top of the memory.' } },
  },
  read(value) {
    const goal = isJsonObject(value) ? value['goal'] : undefined;
    if (goal === undefined) return { data: {} };
    if (typeof goal === 'string' && goal.length <= maxGoal) return { data: { goal } };
    return { problem: `goal: must be a text of at most ${maxGoal} characters.` };
  },
});

const output = madeSchema<{ memoryId: string; expiresAt: string }>({
  type: 'object',
  properties: { memoryId: { type: 'string' }, expiresAt: { type: 'string' } },
  required: ['memoryId', 'expiresAt'],
  additionalProperties: false,
});

const { defineTool } = createDefiners<unknown>();

/** The tool that opens a memory for the caller's calls. */
export function createOpenMemory(memory: CallMemory): AnyTool<unknown> {
  return defineTool({
    name: 'open_memory',
    title: 'Open memory',
    description:
      'Open a memory of your calls. Use when long work begins: pass its memoryId with every call, and recall_memory tells what you did.',
    input,
    output,
    hints: { readOnly: false, destructive: false },
    async run({ goal }, { principal }) {
      const { sessions } = await memory.load();
      const owner = ownerKey(principal);
      const { handle, expiresAt } = await sessions.open(owner);
      if (goal !== undefined && goal !== '') await sessions.append(owner, handle, { role: 'goal', text: goal, pinned: true });
      return { memoryId: handle, expiresAt: new Date(expiresAt).toISOString() };
    },
  });
}
