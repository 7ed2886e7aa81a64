import { join } from 'node:path';
import { findReferenceDrift, repairReferences } from './project-references.ts';
import { readWorkspacePackages } from './workspace-packages.ts';

/** `npm run sync`: writes the references of all tsconfig files from the dependencies in package.json. */
const root = join(import.meta.dirname, '../../..');
const drift = findReferenceDrift(root, readWorkspacePackages(root));
repairReferences(root, drift);
for (const { file } of drift) process.stdout.write(`wrote ${file}\n`);
