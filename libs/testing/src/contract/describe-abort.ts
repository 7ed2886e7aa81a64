import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommonConfig } from '@trellis-mcp/server';
import { type InProcessServer, startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { type ProbeListener, withProbes } from './probe-tools.ts';
import { connectOver, everyRoad } from './roads.ts';

const limitMs = 200;

/** A cancellation of the client reaches the handler's signal on every transport that can carry it. */
export function describeAbort<Config extends CommonConfig, Deps>({ app, args, timeFactor }: Contract<Config, Deps>): void {
  describe('a cancelled call', () => {
    let server: InProcessServer<Deps>;
    let events = createEvents();

    beforeAll(async () => {
      const probed = withProbes(app, (...event) => {
        events.listener(...event);
      });
      server = await startInProcess(probed, { args: ['--transport', 'http', '--legacy-sessions', ...args] });
    });

    afterAll(async () => {
      await server.close();
    });

    it.each(everyRoad)(`reaches the signal within ${String(limitMs)} ms (%s, %s)`, async (road, era) => {
      events = createEvents();
      await using connection = await connectOver(road, server, { era });
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

interface Events {
  readonly listener: ProbeListener;
  readonly started: Promise<number>;
  readonly aborted: Promise<number>;
}

function createEvents(): Events {
  const started = Promise.withResolvers<number>();
  const aborted = Promise.withResolvers<number>();
  const listener: ProbeListener = (event, atMs) => {
    if (event === 'started') started.resolve(atMs);
    if (event === 'aborted') aborted.resolve(atMs);
  };
  return { listener, started: started.promise, aborted: aborted.promise };
}
