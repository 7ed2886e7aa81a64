import {
  ProtocolError,
  ProtocolErrorCode,
  type InputRequiredResult,
  type ReadResourceRequest,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import type { Call } from '../call.ts';
import { createCall } from '../call/create-call.ts';
import type { Catalog, ResourceItemEntry, TemplateEntry } from '../catalog/create-catalog.ts';
import type { CacheHint, ResourcePart } from '../define.ts';
import { toWirePart } from '../render/content.ts';
import { toProtocolError } from '../run/error-result.ts';
import { reportRefused } from '../run/report.ts';
import { runPlain } from '../run/run-plain.ts';
import { createTask, type Task } from '../run/task.ts';
import type { Received } from './call-tool.ts';

/** A URI that belongs to a resource or template, and how to read it. */
export interface FoundResource {
  readonly entry: ResourceItemEntry | TemplateEntry;
  readonly read: (call: Call<unknown>) => Promise<string | Uint8Array | readonly ResourcePart[]>;
}

/** Finds who serves a URI: a resource by its exact URI, else the first template that fits. */
export function findResource({ resources, templates }: Catalog, uri: string): FoundResource | undefined {
  const exact = resources.get(uri);
  if (exact !== undefined) return { entry: exact, read: (call) => exact.definition.read(call) };
  for (const entry of templates) {
    const variables = entry.template.match(uri);
    if (variables !== undefined) return { entry, read: (call) => entry.definition.read(variables, call) };
  }
  return undefined;
}

/** Answers `resources/read`. */
export async function readResource(
  catalog: Catalog,
  received: Received<ReadResourceRequest>,
): Promise<ReadResourceResult | InputRequiredResult> {
  const { frame, peer, ctx, request } = received;
  const { uri } = request.params;
  const found = findResource(catalog, uri);
  if (found === undefined) {
    reportRefused(frame, peer, { kind: 'resource', name: 'unknown', outcome: 'NOT_FOUND' });
    if (!URL.canParse(uri)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${uri.slice(0, 200)} is not a URI`);
    throw toProtocolError(new AppError('NOT_FOUND', `Resource not found: ${uri.slice(0, 2000)}`), uri);
  }
  const { definition, subject } = found.entry;
  const task = createTask<ReadResourceResult>({
    frame,
    peer,
    ctx,
    subject,
    args: { uri },
    invoke: async (running) => found.read(createCall(running)),
  });
  return runPlain(task, { uri, toResult: (value) => toResult(task, { uri, value, definition }) });
}

function toResult(
  task: Task,
  { uri, value, definition }: { uri: string; value: unknown; definition: { mimeType: string; cacheHint?: CacheHint } },
): ReadResourceResult {
  const contents = toParts(value).map((part) =>
    toWirePart({ ...part, uri: part.uri ?? uri, mimeType: part.mimeType ?? definition.mimeType }),
  );
  const { cacheHint } = definition;
  const isModern = task.peer.connection.era === 'modern';
  return { contents, ...(isModern && cacheHint !== undefined && { ttlMs: cacheHint.ttlMs, cacheScope: cacheHint.scope }) };
}

function toParts(value: unknown): readonly ResourcePart[] {
  if (typeof value === 'string' || value instanceof Uint8Array) return [{ content: value }];
  if (Array.isArray(value)) return value as readonly ResourcePart[];
  throw new Error('a resource must return text, bytes or parts');
}
