import { beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@trellis-mcp/logging';
import { createListenedUris, type ListenedUris } from './listened-uris.ts';

let listened: ListenedUris;
let seen: string[];

beforeEach(() => {
  listened = createListenedUris(silentLogger());
  seen = [];
});

function watch(uri: string): () => void {
  seen.push(`+${uri}`);
  return () => seen.push(`-${uri}`);
}

describe('a watch', () => {
  it('begins with the first listener and ends with the last', () => {
    listened.onListen(watch);
    const one = listened.hold(['a', 'b', 'a']);
    const two = listened.hold(['a']);
    one();
    expect(seen).toEqual(['+a', '+b', '-b']);
    two();
    expect(seen.at(-1)).toBe('-a');
  });

  it('is not ended by a listener that leaves twice', () => {
    listened.onListen(watch);
    const one = listened.hold(['a']);
    listened.hold(['a']);
    one();
    one();
    expect(seen).toEqual(['+a']);
  });

  it('learns of those who listen already', () => {
    const leave = listened.hold(['a']);
    listened.onListen(watch);
    leave();
    expect(seen).toEqual(['+a', '-a']);
  });

  it('that throws keeps nobody from listening', () => {
    listened.onListen(() => {
      throw new Error('no');
    });
    listened.onListen(watch);
    listened.hold(['a'])();
    expect(seen).toEqual(['+a', '-a']);
  });
});
