import { afterAll, beforeAll, it } from '@jest/globals';
import { authorization, bearer, canary, invalid, malformed, openAttackBench, type Attack, type AttackBench } from './attack-bench.ts';

let bench: AttackBench;
beforeAll(async () => {
  bench = await openAttackBench();
});
afterAll(() => bench.close());

const attacks: Attack[] = [
  { title: 'no header', send: () => ({}), status: 401, reason: 'missing' },
  { title: 'an empty list of headers', send: () => authorization(), status: 401, reason: 'missing' },
  { title: 'an empty header', send: () => authorization(''), ...invalid, reason: 'scheme' },
  { title: 'Basic', send: () => authorization(`Basic ${canary}`), ...invalid, reason: 'scheme' },
  { title: 'a scheme that only starts like Bearer', send: () => authorization(`Bearerx ${canary}`), ...invalid, reason: 'scheme' },
  { title: 'Bearer without a token', send: () => authorization('Bearer'), ...malformed, reason: 'malformed' },
  { title: 'Bearer with two tokens', send: () => authorization(`Bearer ${canary} ${canary}`), ...malformed, reason: 'malformed' },
  { title: 'a token with a comma', send: () => authorization(`Bearer ${canary},${canary}`), ...malformed, reason: 'malformed' },
  { title: 'a token with a line break', send: () => authorization(`Bearer ${canary}\r\nx: y`), ...malformed, reason: 'malformed' },
  { title: 'a tab for the space', send: () => authorization(`Bearer\t${canary}`), ...invalid, reason: 'scheme' },
  {
    title: 'two Authorization headers, the first good',
    send: async () => authorization(`Bearer ${await bench.stub.sign()}`, `Bearer ${canary}`),
    ...malformed,
    reason: 'repeated',
  },
  {
    title: 'two Authorization headers folded into one by Headers',
    send: async () => {
      const headers = new Headers({ authorization: `Bearer ${await bench.stub.sign()}` });
      headers.append('authorization', `Bearer ${canary}`);
      return { headers };
    },
    ...malformed,
    reason: 'malformed',
  },
  { title: 'a token in the query', send: () => ({ url: `/mcp?access_token=${canary}` }), ...malformed, reason: 'query' },
  {
    title: 'a token in the query, its name escaped',
    send: () => ({ url: `/mcp?access%5Ftoken=${canary}` }),
    ...malformed,
    reason: 'query',
  },
  {
    title: 'a key in the query of an upgrade',
    send: () => ({ method: 'GET', url: `/ws?api_key=${canary}` }),
    ...malformed,
    reason: 'query',
  },
  {
    title: 'a token in the query beside a good header',
    send: async () => ({ ...(await bench.signed()), url: `https://mcp.example/mcp?x=1&access_token=${canary}` }),
    ...malformed,
    reason: 'query',
  },
  { title: 'a token of 100 kB', send: () => bearer('a'.repeat(100_000)), ...invalid, reason: 'oversize' },
  { title: 'a header one byte too long', send: () => bearer('a'.repeat(8_192 - 6)), ...invalid, reason: 'oversize' },
];
it.each(attacks)('refuses $title', async (attack) => bench.expectRefused(bench.authenticator(), attack));
