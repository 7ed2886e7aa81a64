import { AST_NODE_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { createRule } from './create-rule.ts';

/** `x as unknown as T` says that the types are wrong; fix them, parse, or write a type guard. */
export const noDoubleCast = createRule({
  description: 'No cast of a cast',
  messages: { double: 'A cast of a cast hides a wrong type; fix the type, parse the value, or write a type guard.' },
  create: (context) => ({
    TSAsExpression(node) {
      if (isCast(node.expression)) context.report({ node, messageId: 'double' });
    },
    TSTypeAssertion(node) {
      if (isCast(node.expression)) context.report({ node, messageId: 'double' });
    },
  }),
});

function isCast(node: TSESTree.Node): boolean {
  return node.type === AST_NODE_TYPES.TSAsExpression || node.type === AST_NODE_TYPES.TSTypeAssertion;
}
