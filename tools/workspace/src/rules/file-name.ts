import { sep } from 'node:path';
import { createRule } from './create-rule.ts';

const nameless = new Set(['utils', 'util', 'common', 'helpers', 'helper', 'types', 'shared', 'misc', 'lib']);
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|bench|config|d|golden))*\.(ts|mjs|cjs|js)$/;

/** Files are kebab-case and have a name of their own; so do folders. */
export const fileName = createRule({
  description: 'Kebab-case file names; no utils, common, helpers, types or shared',
  messages: {
    kebab: '"{{name}}" is not kebab-case.',
    nameless: '"{{name}}" is no name of its own; name the file or folder after what it holds.',
  },
  create: (context) => ({
    Program(node) {
      const parts = context.filename.slice(context.cwd.length + 1).split(sep);
      const file = parts.at(-1) ?? '';
      if (!kebab.test(file)) context.report({ node, messageId: 'kebab', data: { name: file } });
      for (const name of [...parts.slice(0, -1), file.replace(/\..*$/, '')]) {
        if (nameless.has(name)) context.report({ node, messageId: 'nameless', data: { name } });
      }
    },
  }),
});
