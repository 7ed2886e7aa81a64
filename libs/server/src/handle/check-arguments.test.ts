import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { startCore } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { definePrompt, defineTool } = createDefiners<object>();
const described = { name: 'probe', title: 'Probe', description: 'Has a check that is broken.' };

it.each([
  ['an error', () => new Error('no connection to postgres://admin:hunter2@db/prod')],
  ['nothing', () => undefined],
])('a check of arguments that throws %s is answered and counted as any bug is', async (_what, make) => {
  const input = z.object({
    text: z.string().refine(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is thrown need not be an error
      throw make();
    }),
  });
  const tool = defineTool({ ...described, input, output: z.object({}), hints: { readOnly: true }, run: () => Promise.resolve({}) });
  const prompt = definePrompt({ ...described, input, render: () => Promise.resolve('') });
  const core = startCore({ tools: [tool], prompts: [prompt] });
  await using peer = await connectRaw(core.runtime);
  const params = { name: 'probe', arguments: { text: 'a' } };
  const called = await peer.send('tools/call', params);
  expect(called.result).toMatchObject({ isError: true, _meta: { 'io.trellis/error': { code: 'INTERNAL' } } });
  const got = await peer.send('prompts/get', params);
  expect(got.error).toMatchObject({ code: -32603, data: { 'io.trellis/error': { code: 'INTERNAL' } } });
  expect(JSON.stringify([called, got])).not.toContain('hunter2');
  expect((await core.health.metrics.text()).match(/calls_total\{[^}]*name="probe",outcome="INTERNAL"\} 1/g)).toHaveLength(2);
});
