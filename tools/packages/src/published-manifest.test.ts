import { expect, it } from '@jest/globals';
import { publishedManifest } from './published-manifest.ts';

const app = {
  name: '@trellis-mcp/x-server',
  version: '1.0.0',
  bin: { 'trellis-x': './bin/trellis-x.cjs' },
  dependencies: { '@trellis-mcp/server': '^1.0.0', pg: '^8.0.0', zod: '^4.0.0' },
  devDependencies: { '@jest/globals': '^30.0.0' },
  trellis: { entries: { worker: 'src/worker.ts' } },
};
const stores = {
  name: '@trellis-mcp/stores',
  version: '1.0.0',
  dependencies: { ioredis: '^6.0.0' },
  peerDependencies: { '@opentelemetry/api': '^1.9.0' },
};

it('keeps only the dependencies that the bundle imports, with the ranges of whoever declares them', () => {
  const { dependencies, devDependencies, trellis, bin } = publishedManifest(app, ['ioredis', 'pg'], [stores]);
  expect({ dependencies, devDependencies, trellis, bin }).toEqual({
    dependencies: { ioredis: '^6.0.0', pg: '^8.0.0' },
    devDependencies: undefined,
    trellis: undefined,
    bin: app.bin,
  });
});

it('leaves optional peers optional', () => {
  const published = publishedManifest(app, ['@opentelemetry/api'], [stores]);
  expect(published.dependencies).toEqual({});
  expect(published.peerDependencies).toEqual({ '@opentelemetry/api': '^1.9.0' });
  expect(published.peerDependenciesMeta).toEqual({ '@opentelemetry/api': { optional: true } });
});

it('never asks people to install natives that packages can do without', () => {
  expect(publishedManifest(app, ['pg-native', 'bufferutil'], []).dependencies).toEqual({});
});

it('refuses an import that nobody declares', () => {
  expect(() => publishedManifest(app, ['left-pad'], [stores])).toThrow('imports left-pad, which no package.json declares');
});
