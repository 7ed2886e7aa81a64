import { inputRequired, acceptedContent, McpServer, type CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** A server made with the bare SDK: nothing of Trellis but the shape of its error. */
export function createBareServer(): McpServer {
  const capabilities = { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} };
  const server = new McpServer({ name: 'bare', version: '1.2.3' }, { capabilities, instructions: 'Only for tests.' });
  addTools(server);
  addSlowTools(server);
  server.registerResource('note', 'test://note', { mimeType: 'text/plain' }, () => ({ contents: [{ uri: 'test://note', text: 'noted' }] }));
  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}.` } }],
  }));
  if (server.server.getCapabilities().resources?.subscribe === true) {
    server.server.setRequestHandler('resources/subscribe', async ({ params }) => {
      if (params.uri === 'test://missing') throw new Error('no such note');
      setTimeout(() => void server.server.sendResourceUpdated({ uri: params.uri }), 20);
      return {};
    });
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      process.stderr.write(`unsubscribed ${params.uri}\n`);
      return {};
    });
  }
  return server;
}

function addTools(server: McpServer): void {
  server.registerTool(
    'add',
    { inputSchema: z.object({ a: z.number(), b: z.number() }), outputSchema: z.object({ sum: z.number() }) },
    ({ a, b }) => ({
      content: [{ type: 'text', text: String(a + b) }],
      structuredContent: { sum: a + b },
    }),
  );
  server.registerTool('refuse', { inputSchema: z.object({}) }, (): CallToolResult => ({
    isError: true,
    content: [{ type: 'text', text: 'Too many rows.\nAsk for less.' }],
    _meta: { 'io.trellis/error': { code: 'LIMIT', hint: 'Ask for less.', retryable: false, retryAfterMs: 5, details: { limit: 10 } } },
  }));
  server.registerTool('crash', { inputSchema: z.object({}) }, () => {
    throw new Error('plain failure');
  });
  server.registerTool('environment', { inputSchema: z.object({}) }, () => ({
    content: [{ type: 'text', text: JSON.stringify(process.env) }],
  }));
}

function addSlowTools(server: McpServer): void {
  server.registerTool('wait', { inputSchema: z.object({ ms: z.number() }) }, async ({ ms }, context) => {
    process.stderr.write('waiting\n');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      context.mcpReq.signal.addEventListener('abort', () => {
        process.stderr.write('aborted\n');
        clearTimeout(timer);
        resolve();
      });
    });
    return { content: [{ type: 'text', text: 'waited' }] };
  });
  server.registerTool('count', { inputSchema: z.object({}) }, async (_args, context) => {
    const progressToken = context.mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [1, 2, 3]) {
      await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: progressToken ?? 0, progress, total: 3 } });
    }
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- clients still receive what servers log
    await context.mcpReq.log('info', 'counted');
    // The SDK's client forgets the progress handler as soon as it reads the result.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { content: [{ type: 'text', text: 'counted' }] };
  });
  server.registerTool('ask_name', { inputSchema: z.object({}) }, (_args, context) => {
    const answer = acceptedContent<{ name: string }>(context.mcpReq.inputResponses, 'name');
    if (answer !== undefined) return { content: [{ type: 'text', text: `Hello ${answer.name}` }] };
    const requestedSchema = { type: 'object' as const, properties: { name: { type: 'string' as const } }, required: ['name'] };
    return inputRequired({ inputRequests: { name: inputRequired.elicit({ message: 'Who are you?', requestedSchema }) } });
  });
}
