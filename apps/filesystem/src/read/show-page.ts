import { isWithin } from './fit-text.ts';
import type { Page } from './page.ts';

/** How much of a page is repeated for clients that hand only text to their model. */
const maxRepeatedBytes = 8192;

/**
 * The text beside the structured data: all of a short page, the beginning of a long one and how to go on. Some clients hand only the
 * structured data to their model and some only this text, so either has to do alone; none is sent twice at length.
 */
export function showPage(page: Page, etag: string, maxBytes = maxRepeatedBytes): string {
  const { text, base64, firstLine, lines = 0 } = page;
  if (text === undefined)
    return `[${page.totalBytes} bytes, no text${base64 === undefined ? '' : '; base64 is in structuredContent'}; etag ${etag}]`;
  const shown = isWithin(text, maxBytes) ? text : cutLines(text, maxBytes);
  if (shown !== text) {
    const count = countFeeds(shown);
    const way = page.unit === 'line' && firstLine !== undefined && count > 0 ? `offset ${firstLine + count}` : 'a smaller limit';
    return `${shown}\n[The rest of this page is in structuredContent. To read it as text, call again with ${way}. etag ${etag}]`;
  }
  const place = firstLine === undefined ? '' : `lines ${firstLine} to ${firstLine + lines - 1} of ${page.totalLines ?? 'more'}; `;
  const next = page.nextOffset === undefined ? '' : `go on with offset ${page.nextOffset}${page.unit === 'byte' ? ', unit byte' : ''}; `;
  return `${shown}${shown === '' || shown.endsWith('\n') ? '' : '\n'}[${lines === 0 ? '' : place}${next}etag ${etag}]`;
}

function cutLines(text: string, maxBytes: number): string {
  let end = Math.min(text.length, maxBytes);
  while (!isWithin(text.slice(0, end), maxBytes)) end = Math.floor(end * 0.8);
  const cut = text.slice(0, end).toWellFormed();
  const lastFeed = cut.lastIndexOf('\n');
  return lastFeed === -1 ? cut : cut.slice(0, lastFeed + 1);
}

function countFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
