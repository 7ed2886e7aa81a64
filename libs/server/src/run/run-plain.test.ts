import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { connectRaw } from '../../test/fixture/raw-peer.ts';
import { startCore } from '../../test/fixture/start-core.ts';
import { createDefiners } from '../create-definers.ts';

const { definePrompt, defineResource } = createDefiners<object>();
const described = { title: 'Large', description: 'Returns more than is sent.' };
const large = 'x'.repeat(2 * 1024 * 1024);
const mimeType = 'text/plain';

const app = {
  resources: [
    defineResource({ ...described, name: 'text', uri: 'test://text', mimeType, read: async () => large }),
    defineResource({ ...described, name: 'meta', uri: 'test://meta', mimeType, read: async () => [{ content: '', meta: { large } }] }),
    defineResource({
      ...described,
      name: 'parts',
      uri: 'test://parts',
      mimeType,
      read: async () => new Array(50_000).fill({ content: '' }),
    }),
    defineResource({
      ...described,
      name: 'rows',
      uriTemplate: 'test://rows/{id}',
      mimeType,
      complete: { id: async () => [large] },
      list: async () => [Object.assign({ uri: 'test://rows/1', name: 'one' }, { password: 'hunter2' })],
      read: async () => '',
    }),
  ],
  prompts: [definePrompt({ ...described, name: 'prompt', input: z.object({}), render: async () => large })],
};

it.each([
  ['resources/read', { uri: 'test://text' }],
  ['resources/read', { uri: 'test://meta' }],
  ['resources/read', { uri: 'test://parts' }],
  ['prompts/get', { name: 'prompt' }],
  ['completion/complete', { ref: { type: 'ref/resource', uri: 'test://rows/{id}' }, argument: { name: 'id', value: '' } }],
])('%s of %j sends at most a mebibyte', async (method, params) => {
  await using peer = await connectRaw(startCore(app).runtime);
  const { error } = await peer.send(method, params);
  expect(error).toMatchObject({
    message: expect.stringMatching(/at most 1048576 are sent/),
    data: { 'io.trellis/error': { code: 'LIMIT', details: { limitBytes: 1_048_576 } } },
  });
});

it('lists of a template entry what an entry has, and nothing else of it', async () => {
  await using peer = await connectRaw(startCore(app).runtime);
  const { result } = await peer.send('resources/list');
  expect(JSON.stringify(result)).toContain('test://rows/1');
  expect(JSON.stringify(result)).not.toContain('hunter2');
});

it('says of an endless address that it is not there without repeating all of it', async () => {
  await using peer = await connectRaw(startCore(app).runtime);
  const { error } = await peer.send('resources/read', { uri: `test://${'a'.repeat(100_000)}` });
  expect(error).toMatchObject({ data: { 'io.trellis/error': { code: 'NOT_FOUND' } } });
  expect(JSON.stringify(error).length).toBeLessThan(12_000);
});
