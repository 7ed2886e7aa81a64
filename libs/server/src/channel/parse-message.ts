import { parseJSONRPCMessage, type JSONRPCMessage, type JSONRPCRequest, type RequestId } from '@modelcontextprotocol/server';

/**
 * Reads one line as a JSON-RPC message; a byte order mark, which some shells put first, is ignored (RFC 8259, 8.1).
 *
 * A plain request is recognised by hand: the SDK's schema tries every kind of message in turn, a tenth of the cost of a small call, and the
 * parameters are checked again by the method's own schema. Everything else is the SDK's to judge.
 *
 * @throws SyntaxError or ZodError when the line is no message.
 */
export function parseMessage(line: string): JSONRPCMessage {
  const value = parseLine(line);
  return isPlainRequest(value) ? value : parseJSONRPCMessage(value);
}

/** The id of a line that wants an answer although it is no valid request, so that its sender does not wait for ever. */
export function findRequestId(line: string): RequestId | undefined {
  try {
    const value = parseLine(line);
    if (!isObject(value) || !('method' in value)) return undefined;
    const { id } = value;
    return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)) ? id : undefined;
  } catch {
    // No JSON: nobody can be told.
    return undefined;
  }
}

function parseLine(line: string): unknown {
  return JSON.parse(line.startsWith('\ufeff') ? line.slice(1) : line);
}

function isPlainRequest(value: unknown): value is JSONRPCRequest {
  if (!isObject(value) || value['jsonrpc'] !== '2.0' || typeof value['method'] !== 'string') return false;
  const { id, params } = value;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false;
  if (!isObject(params) || Object.keys(value).length !== 4) return false;
  const meta = params['_meta'];
  return meta === undefined || (isObject(meta) && isToken(meta['progressToken']));
}

function isToken(token: unknown): boolean {
  return token === undefined || typeof token === 'string' || Number.isSafeInteger(token);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
