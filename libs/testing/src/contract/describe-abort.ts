import { describe, expect, it } from '@jest/globals';
import { connect, type Connection } from '@trellis-mcp/client';
import type { CommonConfig } from '@trellis-mcp/server';
import { type InProcessServer, startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { type ProbeListener, withProbes } from './probe-tools.ts';

type Open<Deps> = (server: InProcessServer<Deps>) => Promise<Connection>;

const limitMs = 200;

/** A cancellation of the client reaches the handler's signal on every transport that can carry it. */
export function describeAbort<Config extends CommonConfig, Deps>({ app, args, timeFactor }: Contract<Config, Deps>): void {
  const overHttp =
    (era: 'modern' | 'legacy'): Open<Deps> =>
    async (server) =>
      await connect({ http: { url: await server.listen() } }, { era });
  const transports: readonly (readonly [string, readonly string[], Open<Deps>])[] = [
    ['stdio, modern', [], (server) => server.connect({ era: 'modern' })],
    ['stdio, legacy', [], (server) => server.connect({ era: 'legacy' })],
    ['HTTP, modern', ['--transport', 'http'], overHttp('modern')],
    ['HTTP with --legacy-sessions', ['--transport', 'http', '--legacy-sessions'], overHttp('legacy')],
  ];

  describe('a cancelled call', () => {
    it.each(transports)(`reaches the signal within ${String(limitMs)} ms (%s)`, async (_name, flags, open) => {
      const events = createEvents();
      await using server = await startInProcess(withProbes(app, events.listener), { args: [...flags, ...args] });
      await using connection = await open(server);
      const controller = new AbortController();
      const call = connection.callTool('contract_wait', { ms: 60_000 }, { signal: controller.signal });
      const outcome = expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
      await events.started;
      const from = performance.now();
      controller.abort();
      await outcome;
      expect((await events.aborted) - from).toBeLessThan(limitMs * timeFactor);
    });
  });
}

function createEvents(): { listener: ProbeListener; started: Promise<number>; aborted: Promise<number> } {
  const started = Promise.withResolvers<number>();
  const aborted = Promise.withResolvers<number>();
  const listener: ProbeListener = (event, atMs) => {
    if (event === 'started') started.resolve(atMs);
    if (event === 'aborted') aborted.resolve(atMs);
  };
  return { listener, started: started.promise, aborted: aborted.promise };
}
