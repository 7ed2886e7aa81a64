import { fitResult, type JsonValue, type Path } from '@trellis-mcp/context-window';
import { maxKeptBytes } from '../keep/create-keeper.ts';
import { maxRepeatedBytes } from '../render/render-text.ts';
import { isJsonObject } from '../schema/json.ts';
import type { ToolTask } from './tool-task.ts';

/** How long a result that was cut can be read whole. */
const keptMs = 30 * 60_000;
/** The notice of what is missing, and the link. */
const noticeBytes = 2000;
/** Half of one of these is no part of it, but wrong: `cursor`, `next_cursor`, `nextCursor`. */
const opaqueName =
  /^(?:.*_)?(?:cursor|token|handle|hash|etag|digest|signature|key|id|uri|url|href|path)$|(?:Cursor|Token|Handle|Hash|Etag|Key|Id|Uri|Url|Path)$/;

/**
 * Cuts the data of a result that is over its budget and keeps the whole for the caller. Returns false, with the task as it was, when what is
 * left would be too large still, or no longer what the output schema promises, or when the whole cannot be kept.
 *
 * @param besideBytes What is sent beside the data: a text of the tool's own, and attachments.
 */
export async function cutData(task: ToolTask, besideBytes: number): Promise<boolean> {
  const { data, entry, frame, json = '', options, peer } = task;
  if (Buffer.byteLength(json) > maxKeptBytes) return false;
  const room = roomFor(entry.maxResultBytes - noticeBytes - besideBytes, options?.text === undefined);
  try {
    const fitted = await fitResult(data as JsonValue, {
      budget: room,
      count: (json) => Buffer.byteLength(json),
      isWhole: isOpaque,
      accepts: async (value) => (await entry.output.validate(value)).issues === undefined,
      keep: (json) =>
        frame.keeper.keep(Buffer.from(json), { principal: peer.connection.principal, ttlMs: keptMs, mimeType: 'application/json' }),
    });
    if (!fitted.fits || fitted.link === undefined || !isJsonObject(fitted.value)) return false;
    task.data = fitted.value;
    task.json = JSON.stringify(fitted.value);
    task.cut = { notice: fitted.text ?? '', uri: fitted.link };
    task.resultBytes = Buffer.byteLength(task.json) + noticeBytes + besideBytes;
    return true;
  } catch (error) {
    frame.host.log.warn({ err: error, requestId: task.requestId }, 'a result that is too large could not be cut');
    return false;
  }
}

/** What is left for the data when it is rendered as text, too: short data whole, long data by its beginning, and each quote is escaped. */
function roomFor(bytes: number, isRendered: boolean): number {
  if (!isRendered) return bytes;
  return Math.max(Math.floor(bytes / 3), bytes - 2 * maxRepeatedBytes);
}

function isOpaque(path: Path): boolean {
  const name = path.at(-1);
  return typeof name === 'string' && opaqueName.test(name);
}
