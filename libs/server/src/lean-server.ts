import {
  Server,
  type Implementation,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type Result,
  type ServerContext,
  type ServerOptions,
  type StandardSchemaV1,
} from '@modelcontextprotocol/server';
import { isPlainHello } from './plain-hello.ts';
import { isJsonObject, type JsonObject } from './schema/json.ts';

// Deprecated in favour of the class around it, which has no such hook.
// eslint-disable-next-line @typescript-eslint/no-deprecated
const SdkServer = Server;

type Handler = (request: JSONRPCRequest, ctx: ServerContext) => Promise<Result>;

/**
 * The SDK's server, which checks `tools/call` and its result with the schemas of the protocol: an eighth of what a small call costs. Calls
 * and results that are plain by a look at their members, which is most, pass without; everything else is the SDK's to judge, as are
 * questions to the client.
 *
 * The handshake passes likewise: the SDK makes two hundred schemas at the first request that it checks, a tenth of a start.
 */
export class LeanServer extends SdkServer {
  constructor(info: Implementation, options?: ServerOptions) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- See above.
    super(info, options);
    this.setNotificationHandler('notifications/initialized', { params: anyParams }, () => this.oninitialized?.());
  }

  /**
   * Takes a message that is known to be a request. The SDK would first try it as a response, by schemas that make two errors of it: a tenth
   * of the cost of a small call, and most of what its memory has to collect.
   */
  receive(request: JSONRPCRequest, extra?: MessageExtraInfo): void {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- Private, hence without a type; the SDK's version is pinned.
    this['_onrequest'](request, extra);
  }

  #greet(request: JSONRPCRequest): Promise<Result> {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-call -- As above.
    return this['_oninitialize'](request) as Promise<Result>;
  }

  protected override _wrapHandler(method: string, handler: Handler): Handler {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- See above.
    const judge = (run: Handler): Handler => super._wrapHandler(method, run);
    const judged = judge(handler);
    if (method === 'initialize')
      return judge(async (request, ctx) => (isPlainHello(request) ? this.#greet(request) : handler(request, ctx)));
    if (method !== 'tools/call') return judged;
    return async (request, ctx) => {
      if (!isPlainCall(request) || ctx.mcpReq.requestState() !== undefined) return judged(request, ctx);
      const result = await handler(request, ctx);
      return isPlainResult(result) ? result : judge(startWith(result, handler))(request, ctx);
    };
  }
}

/** Its metadata were judged when it was found to be a notification; there is nothing else in it. */
const anyParams: StandardSchemaV1<JsonObject> = {
  '~standard': { version: 1, vendor: 'trellis', validate: (value) => ({ value: value as JsonObject }) },
};

const callMembers = new Set(['name', 'arguments', '_meta']);
const resultMembers = new Set(['content', 'structuredContent', 'isError']);

/** Its metadata were judged when it was found to be a request. */
function isPlainCall({ params }: JSONRPCRequest): boolean {
  if (!isJsonObject(params) || !hasOnly(params, callMembers)) return false;
  const { name, arguments: given, _meta: meta } = params;
  return typeof name === 'string' && (given === undefined || isJsonObject(given)) && (meta === undefined || isJsonObject(meta));
}

/** One text and the data, as tools without attachments answer. */
function isPlainResult(result: Result): boolean {
  if (!hasOnly(result, resultMembers)) return false;
  const { content, structuredContent, isError } = result;
  return (
    Array.isArray(content) &&
    content.length === 1 &&
    isText(content[0]) &&
    (structuredContent === undefined || isJsonObject(structuredContent)) &&
    (isError === undefined || typeof isError === 'boolean')
  );
}

function isText(block: unknown): boolean {
  return isJsonObject(block) && block['type'] === 'text' && typeof block['text'] === 'string' && Object.keys(block).length === 2;
}

function hasOnly(value: object, members: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => members.has(key));
}

/** A handler that has run once: gives what came of it, and runs from the second time on. */
function startWith(first: Result, handler: Handler): Handler {
  let isGiven = false;
  return async (request, ctx) => {
    if (isGiven) return handler(request, ctx);
    isGiven = true;
    return first;
  };
}
