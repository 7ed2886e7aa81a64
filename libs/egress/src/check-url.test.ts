import { expect, it } from '@jest/globals';
import { checkRedirect } from './check-url.ts';
import { parseAllowList } from './parse-allow-list.ts';

const policy = { allow: parseAllowList(['http://10.0.0.1:80', '10.0.0.2:8443']), flag: '--egress-allow' };

it.each<[string, string, boolean]>([
  ['https://a.example/', 'https://b.example/', true],
  ['http://10.0.0.1/', 'http://10.0.0.1/next', true],
  ['http://10.0.0.1/', 'https://10.0.0.2:8443/', true],
  ['http://10.0.0.1/', 'https://a.example/', true],
  ['https://a.example/', 'http://a.example/', false],
  ['https://a.example/', 'https://10.0.0.2:8443/', false],
  ['https://10.0.0.2:8443/', 'http://10.0.0.1/', false],
  ['http://10.0.0.1/', 'http://10.0.0.3/', false],
  ['https://a.example/', 'gopher://a.example/', false],
  ['https://a.example/', 'https://u:p@b.example/', false],
])('from %s to %s: %s', (from, to, isTaken) => {
  const judge = (): void => checkRedirect(new URL(from), new URL(to), policy);
  if (isTaken) expect(judge).not.toThrow();
  else expect(judge).toThrow(expect.objectContaining({ code: 'DENIED' }));
});
