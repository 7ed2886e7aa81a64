import {
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { askModel } from '../ask/ask-model.ts';
import { clientCan } from '../ask/client-features.ts';
import { createCall } from '../call/create-call.ts';
import type { Catalog } from '../catalog/create-catalog.ts';
import type { Frame } from '../frame.ts';
import { noteRefused } from '../memory/note-task.ts';
import { takeMemoryId } from '../memory/memory-argument.ts';
import { toErrorResult } from '../run/error-result.ts';
import { reportRefused } from '../run/report.ts';
import { runTool } from '../run/run-tool.ts';
import { createTask, type Peer, type Task } from '../run/task.ts';
import type { CallParams } from './call-params.ts';
import { checkArguments } from './check-arguments.ts';
import { explainArguments } from './explain-arguments.ts';
import { findCall } from './find-call.ts';

/** One request with everything around it. */
export interface Received<Request> {
  readonly frame: Frame;
  readonly peer: Peer;
  readonly ctx: ServerContext;
  readonly request: Request;
}

/** Answers `tools/call`: finds the tool, checks the arguments, runs it. What fails before the run is logged and counted here. */
export async function callTool(
  catalog: Catalog,
  { frame, peer, ctx, params }: Omit<Received<never>, 'request'> & { readonly params: CallParams },
): Promise<CallToolResult | InputRequiredResult> {
  const { name, args: sent, entry } = findCall(catalog, params.name, params.arguments);
  if (entry === undefined) {
    reportRefused(frame, peer, { kind: 'tool', name: 'unknown', outcome: 'INVALID_INPUT' });
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${name.slice(0, 128)} not found`);
  }
  const { memoryId, args: given } = entry.takesMemoryId ? takeMemoryId(sent) : { args: sent };
  const outcome = checkArguments(entry.input, given);
  const checked = outcome instanceof Promise ? await outcome : outcome;
  if (checked.issues) {
    reportRefused(frame, peer, { kind: 'tool', name, outcome: 'INVALID_INPUT' });
    const error = new AppError('INVALID_INPUT', explainArguments(name, checked.issues));
    await noteRefused(frame, peer, { memoryId, name, args: given, error });
    return toErrorResult(error);
  }
  const { definition, subject } = entry;
  const invoke: Task['invoke'] = (running) =>
    'failure' in checked ? Promise.reject(checked.failure) : definition.run(checked.value, createCall(running));
  const run = (context: ServerContext): ReturnType<typeof runTool> => {
    const task = createTask<CallToolResult>({ frame, peer, ctx: context, subject, args: given, invoke });
    return runTool(Object.assign(task, { entry, memoryId }));
  };
  // Others have nothing to wait for in between.
  return peer.connection.era === 'legacy' && clientCan('sample', peer, ctx) ? askModel(await run(ctx), ctx, { run }) : run(ctx);
}
