import { expect, it } from '@jest/globals';
import { refusePeers } from './refuse-peers.ts';
import { readPackages } from './repository.ts';

const app = { name: 'app', version: '1.0.0' };
const workspace = (await readPackages()).map(({ manifest }) => manifest);

it('refuses a bundle that holds an optional peer, and names both', () => {
  expect(() => refusePeers(app, ['kysely', 'gpt-tokenizer'], workspace)).toThrow(
    'The bundle of app holds gpt-tokenizer, an optional peer of @trellis-mcp/context-window',
  );
});

it('lets dependencies and peers that are needed pass', () => {
  const library = { name: 'a', version: '1.0.0', dependencies: { zod: '^4.0.0' }, peerDependencies: { b: '^1.0.0' } };
  expect(() => refusePeers(app, ['zod', 'b'], [...workspace, library])).not.toThrow();
});
