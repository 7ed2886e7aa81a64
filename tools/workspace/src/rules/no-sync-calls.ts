import childProcess from 'node:child_process';
import fs from 'node:fs';
import zlib from 'node:zlib';
import { AST_NODE_TYPES, type TSESTree } from '@typescript-eslint/utils';
import { createRule } from './create-rule.ts';

const heavyCrypto = ['scryptSync', 'pbkdf2Sync', 'generateKeyPairSync', 'generatePrimeSync', 'checkPrimeSync', 'argon2Sync'];
const blocking = new Set(
  [...[fs, childProcess, zlib].flatMap((module) => Object.keys(module)), ...heavyCrypto].filter((name) => name.endsWith('Sync')),
);

/** Nothing synchronous on the file system, on processes or CPU-heavy while requests are served. */
export const noSyncCalls = createRule({
  description: 'No blocking node:fs, node:child_process, node:zlib or heavy node:crypto call outside start-up files',
  messages: { sync: '{{name}} blocks every call in flight; use the asynchronous form.' },
  create: (context) => ({
    CallExpression(node) {
      const name = calleeName(node.callee);
      if (name !== undefined && blocking.has(name)) context.report({ node, messageId: 'sync', data: { name } });
    },
  }),
});

function calleeName(callee: TSESTree.Expression): string | undefined {
  if (callee.type === AST_NODE_TYPES.Identifier) return callee.name;
  if (callee.type === AST_NODE_TYPES.MemberExpression && callee.property.type === AST_NODE_TYPES.Identifier) return callee.property.name;
  return undefined;
}
