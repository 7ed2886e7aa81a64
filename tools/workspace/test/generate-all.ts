import { createProjectGraphAsync } from '@nx/devkit';
import { FsTree, flushChanges } from 'nx/src/generators/tree';
import { generateLibrary } from '../src/generators/library/library.ts';
import { generateServer } from '../src/generators/server/server.ts';
import { generateTool } from '../src/generators/tool/tool.ts';

/**
 * Runs the generators in the folder of the first argument without a process each: libraries `wall` and `roof`, server `weather`, a tool.
 * Prints the projects that Nx finds then.
 */
const root = process.argv[2] ?? '';
const tree = new FsTree(root, false);
await generateLibrary(tree, { name: 'wall', floor: 2, install: false });
await generateLibrary(tree, { name: 'roof', floor: 3, install: false });
const finish = await generateServer(tree, { name: 'weather', install: false });
await generateTool(tree, { app: 'weather', name: 'count_clouds' });
flushChanges(root, tree.listChanges());
await finish();
const { nodes } = await createProjectGraphAsync();
process.stdout.write(JSON.stringify(Object.keys(nodes)));
