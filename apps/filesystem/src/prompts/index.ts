import type { AnyPrompt } from '@trellis-mcp/server';
import type { Deps } from '../deps.ts';
import { exploreProject } from './explore-project.ts';
import { reviewChanges } from './review-changes.ts';

/** All prompts of this server. */
export const prompts: readonly AnyPrompt<Deps>[] = [exploreProject, reviewChanges];
