import { isAppError } from '@trellis-mcp/errors';
import { type Call, reply } from '@trellis-mcp/server';
import { z } from 'zod';
import { defineTool, type Deps } from '../deps.ts';
import { openToRead } from '../descriptor/open-to-read.ts';
import { openBytes } from '../read/byte-source.ts';
import { wireBytes } from '../read/fit-text.ts';
import type { Page } from '../read/page.ts';
import { pageFields } from '../read/page-output.ts';
import { readPage } from '../read/read-page.ts';
import { showPage } from '../read/show-page.ts';
import { locate } from '../roots/locate.ts';
import { quoteText } from '../roots/located.ts';
import { pathParam } from './path-param.ts';
import { countParam } from './whole-param.ts';

const maxFiles = 20;

/** How much of all files together is repeated as text. */
const maxShownBytes = 8192;

/** Least text of one file, whatever the others took. */
const minBytes = 256;

const { base64: _base64, mimeType: _mimeType, firstLine: _firstLine, unit: _unit, ...fields } = pageFields;

const fileOutput = z
  .object({ ...fields, error: z.object({ code: z.string(), message: z.string() }) })
  .partial()
  .extend({ path: z.string() });

export const readFiles = defineTool({
  name: 'read_files',
  title: 'Read files',
  description: 'Read the beginning of several text files at once; each has a result or an error. Use for small files.',
  input: z.object({
    paths: z.array(pathParam('File.')).min(1).max(maxFiles).describe('At most 20.'),
    limit: countParam('Lines of each.').optional(),
  }),
  output: z.object({ files: z.array(fileOutput) }),
  hints: { readOnly: true },
  scopes: ['fs:read'],
  maxResultBytes: 4_194_304,

  async run({ paths, limit }, call) {
    const results: FileResult[] = [];
    let left = call.deps.limits.maxReadBytes;
    for (const [index, path] of paths.entries()) {
      const maxReadBytes = Math.max(minBytes, Math.floor(left / (paths.length - index)));
      const result = await readOne(path, call, { limit, maxReadBytes });
      left -= wireBytes(result.page?.text ?? '');
      results.push(result);
    }
    const share = Math.floor(maxShownBytes / paths.length);
    const text = results.map(({ shown }, index) => `== ${quoteText(paths[index] ?? '')}\n${shown(share)}`).join('\n');
    return reply({ files: results.map(({ data }) => data) }, { text });
  },
});

interface FileResult {
  readonly data: z.input<typeof fileOutput>;
  readonly page?: Page;
  /** The text for clients that read only text, of at most so many bytes. */
  readonly shown: (maxBytes: number) => string;
}

async function readOne(
  path: string,
  call: Call<Deps>,
  { limit, maxReadBytes }: { readonly limit: number | undefined; readonly maxReadBytes: number },
): Promise<FileResult> {
  try {
    await using file = await openToRead(await locate(call, path), call);
    const { etag } = file;
    const page = await readPage(await openBytes(file, call.signal), { limit, unit: 'line' }, { ...call.deps.limits, maxReadBytes });
    return { data: { path, ...page, etag }, page, shown: (maxBytes) => showPage(page, etag, maxBytes) };
  } catch (error) {
    if (call.signal.aborted || !isAppError(error)) throw error;
    const { code, message } = error;
    return { data: { path, error: { code, message } }, shown: () => `[${code}: ${message}]` };
  }
}
