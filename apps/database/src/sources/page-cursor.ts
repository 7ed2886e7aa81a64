/** Name of the cursor that a page is read from. */
export const pageCursor = 'trellis_page';

/** SQL put before a caller's statement to read it by a cursor; positions in errors are counted after it. */
export const cursorPrefix = `DECLARE ${pageCursor} NO SCROLL CURSOR FOR `;
