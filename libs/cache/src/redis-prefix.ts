/** What the names of one cache begin with in Redis. */
export function redisPrefix(namespace: string): string {
  return `trellis:${namespace}:`;
}
