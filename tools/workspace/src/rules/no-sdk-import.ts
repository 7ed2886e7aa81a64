import { AST_NODE_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { createRule } from './create-rule.ts';

/** Only libs/server and libs/client know the MCP SDK, so a protocol change stays a question of two libraries. */
export const noSdkImport = createRule({
  description: 'No import of the MCP SDK outside libs/server and libs/client (docs/adr/0001)',
  messages: { sdk: 'Only libs/server and libs/client import the MCP SDK; use @trellis-mcp/server or @trellis-mcp/client (docs/adr/0001).' },
  create(context) {
    const check = (node: TSESTree.Node, source: TSESTree.Node | null | undefined): void => {
      if (source?.type !== AST_NODE_TYPES.Literal || typeof source.value !== 'string') return;
      if (source.value.startsWith('@modelcontextprotocol/')) context.report({ node, messageId: 'sdk' });
    };
    return {
      ImportDeclaration: (node) => {
        check(node, node.source);
      },
      ExportNamedDeclaration: (node) => {
        check(node, node.source);
      },
      ImportExpression: (node) => {
        check(node, node.source);
      },
      TSImportType: (node) => {
        check(node, node.source);
      },
      'CallExpression[callee.name="require"]': (node: TSESTree.CallExpression) => {
        check(node, node.arguments[0]);
      },
    };
  },
});
