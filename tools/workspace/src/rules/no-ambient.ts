import { AST_NODE_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { createRule } from './create-rule.ts';

const forbidden = new Set(['env', 'exit', 'exitCode', 'argv']);

/** Libraries take options, a logger and a lifecycle; they never reach for the process around them. */
export const noAmbient = createRule({
  description: 'Libraries never read process.env or process.argv, never exit, never print',
  messages: {
    process: 'A library takes options instead of process.{{name}}.',
    console: 'A library takes a logger instead of console.',
  },
  create: (context) => ({
    MemberExpression(node) {
      if (isIdentifier(node.object, 'console')) context.report({ node, messageId: 'console' });
      if (!isProcess(node.object)) return;
      const name = propertyName(node);
      if (forbidden.has(name)) context.report({ node, messageId: 'process', data: { name } });
    },
    VariableDeclarator(node) {
      if (node.id.type !== AST_NODE_TYPES.ObjectPattern || !node.init || !isProcess(node.init)) return;
      context.report({ node, messageId: 'process', data: { name: '*' } });
    },
    'ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier'(node: TSESTree.ImportSpecifier) {
      const name = node.imported.type === AST_NODE_TYPES.Identifier ? node.imported.name : node.imported.value;
      if (forbidden.has(name)) context.report({ node, messageId: 'process', data: { name } });
    },
  }),
});

function isIdentifier(node: TSESTree.Node, name: string): boolean {
  return node.type === AST_NODE_TYPES.Identifier && node.name === name;
}

function isProcess(node: TSESTree.Node): boolean {
  if (isIdentifier(node, 'process')) return true;
  return node.type === AST_NODE_TYPES.MemberExpression && isIdentifier(node.object, 'globalThis') && propertyName(node) === 'process';
}

function propertyName(node: TSESTree.MemberExpression): string {
  if (node.property.type === AST_NODE_TYPES.Literal) return String(node.property.value);
  return !node.computed && node.property.type === AST_NODE_TYPES.Identifier ? node.property.name : '';
}
