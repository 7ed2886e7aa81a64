import { describe, expect, it } from '@jest/globals';
import type { CommonConfig } from '@trellis-mcp/server';
import { startInProcess } from '../start-in-process.ts';
import type { Contract } from './contract-options.ts';
import { type ProbeListener, withProbes } from './probe-tools.ts';
import { connectOver, roads } from './roads.ts';

const limitMs = 200;

/** A cancellation of the client reaches the handler's signal on every transport that can carry it. */
export function describeAbort<Config extends CommonConfig, Deps>({ app, args, timeFactor }: Contract<Config, Deps>): void {
  describe('a cancelled call', () => {
    it.each(roads)(`reaches the signal within ${String(limitMs)} ms (%s, %s)`, async (road, era, flags) => {
      const events = createEvents();
      await using server = await startInProcess(withProbes(app, events.listener), { args: [...flags, ...args] });
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

function createEvents(): { listener: ProbeListener; started: Promise<number>; aborted: Promise<number> } {
  const started = Promise.withResolvers<number>();
  const aborted = Promise.withResolvers<number>();
  const listener: ProbeListener = (event, atMs) => {
    if (event === 'started') started.resolve(atMs);
    if (event === 'aborted') aborted.resolve(atMs);
  };
  return { listener, started: started.promise, aborted: aborted.promise };
}
