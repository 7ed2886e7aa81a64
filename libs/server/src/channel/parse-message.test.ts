import { expect, it } from '@jest/globals';
import { parseJSONRPCMessage } from '@modelcontextprotocol/server';
import * as fc from 'fast-check';
import { findRequestId, parseMessage } from './parse-message.ts';

const part = fc.oneof(fc.jsonValue(), fc.constantFrom('2.0', 'tools/call', 1, 'a', null, {}));
const message = fc.dictionary(
  fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'result', 'error', '__proto__', 'extra'),
  fc.oneof(part, fc.record({ _meta: part }), fc.record({ _meta: fc.record({ progressToken: part }) })),
);

it('accepts and refuses exactly what the SDK does, and reads it alike', () => {
  fc.assert(
    fc.property(fc.oneof(message, part), fc.boolean(), (value, isLikely) => {
      const sent: unknown = isLikely ? Object.assign({ jsonrpc: '2.0', id: 1, method: 'ping' }, value) : value;
      const line = JSON.stringify(sent);
      expect(attempt(() => parseMessage(line))).toEqual(attempt(() => parseJSONRPCMessage(JSON.parse(line))));
    }),
    { numRuns: 2_000, verbose: true },
  );
});

it('ignores a byte order mark', () => {
  expect(parseMessage('\ufeff{"jsonrpc":"2.0","id":1,"method":"ping"}')).toMatchObject({ id: 1, method: 'ping' });
});

it.each([
  ['{"jsonrpc":"2.0","id":7,"method":5}', 7],
  ['{"jsonrpc":"2.0","id":"a","method":"tools/call","params":null}', 'a'],
  ['\ufeff{"id":7,"method":"ping"}', 7],
  ['{"jsonrpc":"2.0","id":null,"method":"ping"}', undefined],
  ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', undefined],
  ['{"jsonrpc":"2.0","id":7,"result":5}', undefined],
  ['[{"jsonrpc":"2.0","id":7,"method":"ping"}]', undefined],
  ['{"id":7,', undefined],
])('finds whom to answer in %s', (line, id) => {
  expect(findRequestId(line)).toBe(id);
});

function attempt(parse: () => unknown): unknown {
  try {
    return { read: parse() };
  } catch {
    return 'refused';
  }
}
