import type { RawCell } from './raw-page.ts';

/** Characters that JSON escapes, or that take more than one byte of UTF-8. */
const costly = /[\u0000-\u001f"\\\u007f-\uffff]/;

/** Bytes of UTF-8 that `JSON.stringify` makes of a row, without making it. */
export function countRowBytes(cells: readonly RawCell[]): number {
  // Brackets, and commas in between.
  let bytes = Math.max(2, cells.length + 1);
  for (const cell of cells) {
    bytes += countCellBytes(cell);
  }
  return bytes;
}

function countCellBytes(cell: RawCell): number {
  if (typeof cell === 'string') {
    return costly.test(cell) ? Buffer.byteLength(JSON.stringify(cell)) : cell.length + 2;
  }
  return cell === null ? 4 : Buffer.byteLength(JSON.stringify(cell));
}
