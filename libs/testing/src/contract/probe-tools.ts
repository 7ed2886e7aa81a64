import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyTool, createDefiners, type ServerDefinition } from '@trellis-mcp/server';
import { z } from 'zod';

/** What happened to the probe tools, in order, with the time of `performance.now()`. */
export type ProbeListener = (event: 'started' | 'aborted' | 'finished', atMs: number) => void;

/** Texts that no client may ever read: they stand in the error that `contract_fail` throws. */
export const secrets = ['hunter2', '/etc/shadow', 'ECONNSECRET', 'probe-tools'] as const;

/** Adds tools that fail, wait and flood to a server, which its own tools cannot be asked to do. */
export function withProbes<Config, Deps>(app: ServerDefinition<Config, Deps>, listener: ProbeListener): ServerDefinition<Config, Deps> {
  const own = app.tools ?? [];
  const probes = createProbes<Deps>(listener);
  return { ...app, tools: (config, deps) => [...(typeof own === 'function' ? own(config, deps) : own), ...probes] };
}

function createProbes<Deps>(listener: ProbeListener): AnyTool<Deps>[] {
  const { defineTool } = createDefiners<Deps>();
  const shared = { hints: { readOnly: true }, output: z.object({ done: z.boolean() }) };
  return [
    defineTool({
      ...shared,
      name: 'contract_fail',
      title: 'Fail',
      description: 'Fails with an error that holds secrets. Use in tests.',
      input: z.object({}),
      run() {
        const cause = new Error(`connect ${secrets[2]} postgres://admin:${secrets[0]}@db/${secrets[1]}`);
        return Promise.reject<{ done: boolean }>(new TypeError(`Cannot open ${secrets[1]} with password=${secrets[0]}`, { cause }));
      },
    }),
    defineTool({
      ...shared,
      name: 'contract_wait',
      title: 'Wait',
      description: 'Waits until the time is over or the signal aborts. Use in tests.',
      input: z.object({ ms: z.number().describe('How long to wait, in milliseconds.') }),
      timeoutMs: 120_000,
      async run({ ms }, { signal }) {
        listener('started', performance.now());
        signal.addEventListener(
          'abort',
          () => {
            listener('aborted', performance.now());
          },
          { once: true },
        );
        await sleep(ms, undefined, { signal });
        listener('finished', performance.now());
        return { done: true };
      },
    }),
    defineTool({
      ...shared,
      name: 'contract_flood',
      title: 'Flood',
      description: 'Returns more than its budget allows. Use in tests.',
      input: z.object({}),
      output: z.object({ text: z.string() }),
      run: () => Promise.resolve({ text: 'x'.repeat(200_000) }),
    }),
  ];
}
