import { parseJSONRPCMessage, type JSONRPCMessage, type JSONRPCRequest } from '@modelcontextprotocol/server';

/**
 * Reads one line as a JSON-RPC message.
 *
 * A plain request is recognised by hand: the SDK's schema tries every kind of message in turn, a tenth of the cost of a small call, and the
 * parameters are checked again by the method's own schema. Everything else is the SDK's to judge.
 *
 * @throws SyntaxError or ZodError when the line is no message.
 */
export function parseMessage(line: string): JSONRPCMessage {
  const value: unknown = JSON.parse(line);
  return isPlainRequest(value) ? value : parseJSONRPCMessage(value);
}

function isPlainRequest(value: unknown): value is JSONRPCRequest {
  if (!isObject(value) || value['jsonrpc'] !== '2.0' || typeof value['method'] !== 'string') return false;
  const { id, params } = value;
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return false;
  if (!isObject(params) || Object.keys(value).length !== 4) return false;
  const meta = params['_meta'];
  return meta === undefined || (isObject(meta) && !('progressToken' in meta));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
