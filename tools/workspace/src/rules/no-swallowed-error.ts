import { AST_NODE_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { createRule } from './create-rule.ts';

/** A caught error is rethrown with a cause or handled; a comment in the block does not handle it. */
export const noSwallowedError = createRule({
  description: 'No empty catch block and no .catch() with a handler that does nothing',
  messages: { swallowed: 'Handle the error, log it, or rethrow it with a cause; an empty catch is a defect.' },
  create: (context) => ({
    CatchClause(node) {
      if (node.body.body.length === 0) context.report({ node, messageId: 'swallowed' });
    },
    'CallExpression[callee.property.name="catch"]'(node: TSESTree.CallExpression) {
      const handler = node.arguments[0];
      if (handler && doesNothing(handler)) context.report({ node: handler, messageId: 'swallowed' });
    },
  }),
});

function doesNothing(node: TSESTree.Node): boolean {
  if (node.type !== AST_NODE_TYPES.ArrowFunctionExpression && node.type !== AST_NODE_TYPES.FunctionExpression) return false;
  return node.body.type === AST_NODE_TYPES.BlockStatement && node.body.body.length === 0;
}
