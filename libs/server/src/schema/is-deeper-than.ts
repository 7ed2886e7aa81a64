const quote = 0x22;
const backslash = 0x5c;

/** Whether JSON is nested too deeply: counts brackets outside strings, before anything is parsed. Short JSON cannot be deep and costs nothing. */
export function isDeeperThan(bytes: Buffer, maxDepth: number): boolean {
  if (bytes.length <= 2 * maxDepth) {
    return false;
  }
  let depth = 0;
  let isString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (isString) {
      if (byte === backslash) {
        index += 1;
      } else if (byte === quote) {
        isString = false;
      }
    } else if (byte === quote) {
      isString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > maxDepth) {
        return true;
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}
