import { fileURLToPath } from 'node:url';
import { inspect, type InspectedServer, type SampleCall } from './inspector.ts';
import { runRequirements, runScenarios, type Required, type Revision } from './official-suite.ts';
import type { Run } from './outcome.ts';
import { fromSource } from './start-server.ts';

/** Scenarios that the newest requirement set runs without counting them, and that the fixture passes all the same. */
const unscored = ['http-header-validation', 'http-custom-header-server-validation', 'json-schema-2020-12'];

/** Scenarios that need no fixture: any server with tools, resources and prompts must pass them. */
const generic: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': ['server-initialize', 'ping', 'tools-list', 'resources-list', 'prompts-list', 'dns-rebinding-protection'],
  '2026-07-28': [
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
    'caching',
    'sep-2164-resource-not-found',
    'input-required-result-unsupported-methods',
    'http-header-validation',
  ],
};

const requirements: readonly Required[] = [
  { revision: '2025-11-25', count: 30 },
  { revision: '2026-07-28', count: 37, unscored },
];

/** The entry of the fixture. */
export const fixtureEntry = fileURLToPath(new URL('fixture/main.ts', import.meta.url));

/** The runs against the fixture, at its endpoint with `--legacy-sessions`. */
export function planFixture(url: string): Run[] {
  return requirements.map((required) => ({
    name: `fixture, ${required.revision}`,
    run: () => runRequirements(url, required),
  }));
}

/** The runs against a server that is no fixture. */
export function planServer(name: string, url: string): Run[] {
  return requirements.map(({ revision }) => ({
    name: `${name}, generic scenarios of ${revision}`,
    run: () => runScenarios(url, revision, generic[revision]),
  }));
}

/** What the Inspector is pointed at. */
export interface Inspected {
  readonly name: string;
  readonly entry: string;
  readonly url: string;
  readonly call: SampleCall;
}

/** The Inspector over stdio and HTTP, in both eras. */
export function planInspector({ name, entry, url, call }: Inspected): Run[] {
  const servers: readonly (readonly [string, InspectedServer])[] = [
    ['stdio', { command: process.execPath, args: fromSource(entry) }],
    ['http', { type: 'http', url }],
  ];
  return servers.flatMap(([transport, server]) =>
    (['legacy', 'modern'] as const).map((era) => ({
      name: `${name}, Inspector, ${transport}, ${era}`,
      run: () => inspect(server, era, call),
    })),
  );
}
