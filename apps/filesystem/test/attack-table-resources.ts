import { pathToFileURL } from 'node:url';
import type { Verdict } from './attack-verdict.ts';
import type { AttackGround } from './open-attack-ground.ts';

type Places = Pick<AttackGround, 'top' | 'root' | 'outside'>;

/** URIs that must not be read, or not as what they seem. */
export function attackUris({ top, root, outside }: Places): readonly (readonly [uri: string, verdict: Verdict, why: string])[] {
  const here = pathToFileURL(root).href;
  const encoded = (path: string): string => `file:///${encodeURIComponent(path.slice(1))}`;
  return [
    [`file://${outside}/secret.txt`, 'DENIED', 'outside'],
    ['file:///etc/passwd', 'DENIED', 'a file everybody knows'],
    ['file:///', 'NOT_FOUND', 'everything'],
    [`${here}/../outside/secret.txt`, 'DENIED', 'up'],
    [`${here}/%2e%2e/outside/secret.txt`, 'DENIED', 'up, escaped'],
    [`${here}/..%2foutside%2fsecret.txt`, 'DENIED', 'up, the slashes escaped'],
    [`${here}/%252e%252e/outside/secret.txt`, 'NOT_FOUND', 'escaped twice: decoded once'],
    [`${here}/folder/%2e%2e/inside.txt`, 'INVALID_INPUT', 'up within the root'],
    [encoded(`${outside}/secret.txt`), 'DENIED', 'all escaped'],
    [encoded(`${top}/root2/secret.txt`), 'DENIED', 'a path that begins like the root'],
    [`file://localhost${root}/inside.txt`, 'NOT_FOUND', 'a host'],
    [`file://evil.example${root}/inside.txt`, 'NOT_FOUND', 'another host'],
    [`FILE://${root}/inside.txt`, 'NOT_FOUND', 'another scheme, byte for byte'],
    ['http://127.0.0.1/', 'NOT_FOUND', 'another scheme'],
    [`${here}/inside.txt%00`, 'INVALID_INPUT', 'NUL'],
    [`${here}/%ff%fe`, 'NOT_FOUND', 'no UTF-8'],
    [`${here}/link-file`, 'NOT_FOUND', 'a link to a file outside'],
    [`${here}/link-dir`, 'NOT_FOUND', 'a link to a folder outside'],
    [`${here}/link-dir/secret.txt`, 'NOT_FOUND', 'behind a link'],
    [`${here}/link-root${outside}/secret.txt`, 'NOT_FOUND', 'behind a link to everything'],
    [`${here}/.trellis-trash/kept`, 'DENIED', 'the trash'],
    [`${here}/link-trash/kept`, 'NOT_FOUND', 'the trash behind a link'],
    [`${here}/fifo`, 'INVALID_INPUT', 'a FIFO'],
    [`${here}/device`, 'INVALID_INPUT', 'what never ends'],
    [`${here}/link-zero`, 'NOT_FOUND', 'a link to what never ends'],
    [`${here}/sparse.bin`, 'LIMIT', '8 GiB'],
    [`${here}/sparse.bin?offset=8589934000&limit=100`, 'ok', 'the end of 8 GiB'],
    [`${here}/inside.txt?offset=-1`, 'INVALID_INPUT', 'before the start'],
    [`${here}/inside.txt?offset=99999999999999999999`, 'INVALID_INPUT', 'no whole number'],
    [`${here}/inside.txt?offset=9007199254740991`, 'ok', 'far behind the end'],
    [`${here}/inside.txt?limit=0x10`, 'INVALID_INPUT', 'another notation'],
    [`${here}/inside.txt`, 'ok', 'a file inside'],
  ];
}

/** What somebody may have typed of a URI, to be shown what follows. */
export function attackCompletions({ top, root, outside }: Places): readonly string[] {
  const typed = [
    outside,
    `${outside}/`,
    `${outside}/sec`,
    `${top}/`,
    `${root}/link-dir/`,
    `${root}/link-canary`,
    `${root}/../outside/`,
    '/',
    '/etc/',
  ];
  const more = [
    `${root}/link-root${outside}/`,
    `${root}/%2e%2e/outside/`,
    `${root}/link-trash/`,
    `${root}/.trellis-`,
    `${root}/\0`,
    `${root}/\uD800`,
  ];
  return [...typed, ...more, `${root}/${'a/'.repeat(2000)}`].map((path) => path.slice(1));
}
