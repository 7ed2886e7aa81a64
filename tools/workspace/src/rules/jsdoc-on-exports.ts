import { AST_NODE_TYPES, AST_TOKEN_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { createRule } from './create-rule.ts';

/** Every exported declaration of a library starts with a JSDoc sentence. */
export const jsdocOnExports = createRule({
  description: 'JSDoc on every exported declaration of a library',
  messages: { missing: 'Say in one JSDoc sentence what "{{name}}" is, then what its type cannot say.' },
  create: (context) => ({
    ExportNamedDeclaration(node) {
      const declaration = node.declaration;
      if (!declaration || isLaterOverload(node, declaration)) return;
      const documented = context.sourceCode
        .getCommentsBefore(node)
        .some((comment) => comment.type === AST_TOKEN_TYPES.Block && comment.value.startsWith('*'));
      if (!documented) context.report({ node, messageId: 'missing', data: { name: declarationName(declaration) } });
    },
  }),
});

function declarationName(node: TSESTree.NamedExportDeclarations): string {
  if ('id' in node && node.id?.type === AST_NODE_TYPES.Identifier) return node.id.name;
  if (node.type !== AST_NODE_TYPES.VariableDeclaration) return 'it';
  const [first] = node.declarations;
  return first.id.type === AST_NODE_TYPES.Identifier ? first.id.name : 'it';
}

/** The first overload carries the comment for all of them. */
function isLaterOverload(node: TSESTree.ExportNamedDeclaration, declaration: TSESTree.NamedExportDeclarations): boolean {
  if (declaration.type !== AST_NODE_TYPES.FunctionDeclaration && declaration.type !== AST_NODE_TYPES.TSDeclareFunction) return false;
  const siblings: readonly TSESTree.Node[] = node.parent.type === AST_NODE_TYPES.Program ? node.parent.body : [];
  const previous = siblings[siblings.indexOf(node) - 1];
  return (
    previous?.type === AST_NODE_TYPES.ExportNamedDeclaration &&
    previous.declaration?.type === AST_NODE_TYPES.TSDeclareFunction &&
    previous.declaration.id?.name === declaration.id?.name
  );
}
