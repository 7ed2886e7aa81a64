import type { Resource, ServerContext } from '@modelcontextprotocol/server';
import { createCall } from '../call/create-call.ts';
import type { TemplateEntry } from '../catalog/create-catalog.ts';
import type { ResourceEntry } from '../define.ts';
import type { Frame } from '../frame.ts';
import { missingScopes } from '../principal.ts';
import { runPlain } from '../run/run-plain.ts';
import { createTask, type Peer } from '../run/task.ts';

const maxEntries = 10_000;

/** Who asks for the list. */
export interface ListRequest {
  readonly frame: Frame;
  readonly peer: Peer;
  readonly ctx: ServerContext;
}

/** The entries that templates contribute to `resources/list`. A template that fails is logged and left out: the others still help. */
export async function listTemplateEntries(templates: readonly TemplateEntry[], request: ListRequest): Promise<Resource[]> {
  const { principal } = request.peer.connection;
  const lists = await Promise.all(
    templates.filter(({ subject }) => missingScopes(principal, subject.scopes).length === 0).map((entry) => listEntries(entry, request)),
  );
  return lists.flat().slice(0, maxEntries);
}

async function listEntries(entry: TemplateEntry, request: ListRequest): Promise<Resource[]> {
  const { definition, subject } = entry;
  if (definition.list === undefined) return [];
  const task = createTask<readonly ResourceEntry[]>({
    ...request,
    subject: { ...subject, kind: 'list' },
    args: {},
    invoke: async (running) => definition.list?.(createCall(running)),
  });
  try {
    const entries = await runPlain(task, { toResult: (value) => value as readonly ResourceEntry[] });
    return Array.isArray(entries) ? entries.slice(0, maxEntries).map((found: ResourceEntry) => toResource(found, definition.mimeType)) : [];
  } catch (error) {
    request.frame.host.log.warn({ err: error, name: definition.name }, 'resources of a template could not be listed');
    return [];
  }
}

/** What an entry promises and nothing more: it may be a whole row of a table. */
function toResource({ uri, name, title, description }: ResourceEntry, mimeType: string): Resource {
  return { uri, name, mimeType, ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}
