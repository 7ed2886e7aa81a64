import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStubIssuer, type StubIssuer } from '@trellis-mcp/test-services';
import type { JsonObject } from '../src/schema/json.ts';
import { accept, makeAskingApp } from './fixture/asking-app.ts';
import { bearer, postMessage } from './fixture/post-message.ts';
import { openSocket } from './fixture/socket-client.ts';
import { startGuarded } from './fixture/start-guarded.ts';

type Server = Awaited<ReturnType<typeof startGuarded>>;
type Send = (method: string, params: JsonObject) => Promise<JsonObject>;

let issuer: StubIssuer;
let server: Server;
/** The same server with keys and stores of its own: what it makes never was on the first. */
let other: Server;

beforeAll(async () => {
  issuer = await startStubIssuer();
  const start = (): Promise<Server> =>
    startGuarded({ issuer, tools: makeAskingApp().tools, config: { websocket: true, memory: true, authTenantClaim: 'org' } });
  [server, other] = [await start(), await start()];
});

afterAll(async () => {
  await Promise.all([server.stop(), other.stop()]);
  await issuer.stop();
});

const callers = {
  ada: { sub: 'ada', org: 'acme' },
  bob: { sub: 'bob', org: 'acme' },
  'ada of another tenant': { sub: 'ada', org: 'else' },
} as const;
type Caller = keyof typeof callers;

/** One caller on one road. */
function sendAs(caller: Caller, road: string, to: Server): Send {
  const token = issuer.issue(to.url, { claims: callers[caller] });
  return async (method, params) => {
    if (road === 'HTTP') {
      const { text } = await postMessage(to.url, method, { params, headers: bearer(token) });
      return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text) as JsonObject;
    }
    const socket = await openSocket(to.websocketUrl ?? '', { token, era: road.endsWith('modern') ? 'modern' : 'legacy' });
    const answer = await socket.request(method, params);
    socket.close();
    return answer;
  };
}

const call = (name: string, args: JsonObject = {}) => ({ name, arguments: args });
const resultOf = ({ result }: JsonObject): JsonObject => result as JsonObject;
const dataOf = (answer: JsonObject): JsonObject => resultOf(answer)['structuredContent'] as JsonObject;

/** Something that is made for a caller, and how it is used. */
interface Kept {
  readonly what: string;
  readonly make: (send: Send) => Promise<string>;
  readonly use: (send: Send, handle: string) => Promise<JsonObject>;
  /** In the answer to the one it was made for. */
  readonly holds: RegExp;
  /** Outcome in the log line of a refusal. */
  readonly logs: 'NOT_FOUND' | 'INVALID_INPUT';
  readonly isModernOnly?: boolean;
}

const kept: readonly Kept[] = [
  {
    what: 'a kept body',
    make: async (send) => String(dataOf(await send('tools/call', call('keep_note')))['uri']),
    use: (send, uri) => send('resources/read', { uri }),
    holds: /xxxxxxxxxx/,
    logs: 'NOT_FOUND',
  },
  {
    what: 'a cursor',
    make: async (send) => String(dataOf(await send('tools/call', call('page_notes')))['cursor']),
    use: (send, cursor) => send('tools/call', call('page_notes', { cursor })),
    holds: /"page":1/,
    logs: 'INVALID_INPUT',
  },
  {
    what: 'a memory',
    make: async (send) => String(dataOf(await send('tools/call', call('open_memory')))['memoryId']),
    use: (send, memoryId) => send('tools/call', call('recall_memory', { memoryId })),
    holds: /"turns":/,
    logs: 'NOT_FOUND',
  },
  {
    what: 'a memory that a call is noted in',
    make: async (send) => String(dataOf(await send('tools/call', call('open_memory')))['memoryId']),
    use: (send, memoryId) => send('tools/call', call('whoami', { memoryId })),
    holds: /"id":"oauth:ada"/,
    logs: 'NOT_FOUND',
  },
  {
    what: 'a pending question',
    make: async (send) => String(resultOf(await send('tools/call', call('greet')))['requestState']),
    use: (send, requestState) => send('tools/call', { ...call('greet'), requestState, inputResponses: { who: accept({ name: 'Ada' }) } }),
    holds: /Hello Ada/,
    logs: 'INVALID_INPUT',
    isModernOnly: true,
  },
];

describe.each(['HTTP', 'WebSocket, modern', 'WebSocket, legacy'])('over %s', (road) => {
  const rows = kept.filter(({ isModernOnly = false }) => !isModernOnly || !road.endsWith('legacy'));

  it.each(rows)('$what is there for its caller, and for others as if it had never been', async ({ make, use, holds, logs }) => {
    const ada = sendAs('ada', road, server);
    const handle = await make(ada);
    const never = await make(sendAs('ada', road, other));
    for (const caller of ['bob', 'ada of another tenant'] as const) {
      const send = sendAs(caller, road, server);
      const before = (await server.lines()).length;
      const [foreign, unknown] = [await use(send, handle), await use(send, never)].map((answer) => JSON.stringify({ ...answer, id: 0 }));
      expect(foreign?.replaceAll(handle, 'HANDLE')).toBe(unknown?.replaceAll(never, 'HANDLE'));
      expect(foreign).toMatch(/"isError":true|"error":/);
      expect(foreign).not.toMatch(holds);
      const refused = (await server.lines())
        .slice(before)
        .filter(({ outcome, audit }) => audit !== true && outcome !== undefined && outcome !== 'ok');
      const line = { outcome: logs, principal: `oauth:${callers[caller].sub}`, clientId: 'app' };
      expect(refused).toEqual([expect.objectContaining(line), expect.objectContaining(line)]);
    }
    expect(JSON.stringify(await use(ada, handle))).toMatch(holds);
  });
});
