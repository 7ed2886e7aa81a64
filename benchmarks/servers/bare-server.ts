import { McpServer } from '@modelcontextprotocol/server';
import { addTool, toolNames } from './add-tool.ts';

/** One tool registered under each name, as the SDK's own documentation shows it. */
export function createBareServer(): McpServer {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  for (const name of toolNames()) {
    server.registerTool(
      name,
      {
        title: addTool.title,
        description: addTool.description,
        inputSchema: addTool.input,
        outputSchema: addTool.output,
        annotations: { readOnlyHint: true },
      },
      ({ a, b }) => {
        const data = { sum: a + b };
        return { content: [{ type: 'text', text: JSON.stringify(data) }], structuredContent: data };
      },
    );
  }
  return server;
}
