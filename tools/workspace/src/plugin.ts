import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { createNodesFromFiles, type CreateNodes, type TargetConfiguration } from '@nx/devkit';

/**
 * The Nx plugin of this repository: every folder with a package.json and a tsconfig.json gets the same four targets.
 * There is no project.json; names come from package.json, floors from its `nx.tags`, caching from nx.json.
 */
export const createNodesV2: CreateNodes = [
  '{libs,apps,tools}/*/package.json',
  (files, options, context) =>
    createNodesFromFiles(
      (file) => {
        const root = dirname(file);
        if (!existsSync(join(context.workspaceRoot, root, 'tsconfig.json'))) return {};
        return { projects: { [root]: { root, targets: inferTargets(root) } } };
      },
      files,
      options,
      context,
    ),
];

function inferTargets(root: string): Record<string, TargetConfiguration> {
  const script = (command: string): TargetConfiguration => ({ command, options: { cwd: '{workspaceRoot}' } });
  return {
    typecheck: script(`npm run --silent typecheck -- ${root}`),
    lint: script(`npm run --silent lint -- ${root}`),
    test: script(`npm run --silent test:only -- ${root}`),
    build: script(`npm run --silent build -- ${root}`),
  };
}
