import { cutString } from './cut-string.ts';
import type { JsonContainer, JsonValue } from './json.ts';
import {
  entriesOf,
  frameBytes,
  isArray,
  pathOf,
  placeIn,
  rootPlace,
  type Extent,
  type JsonMeasure,
  type Path,
  type Place,
} from './measure-json.ts';

/** What was left out at one place. */
export interface Omission {
  readonly path: Path;
  readonly kind: 'items' | 'characters';
  /** How many come before the gap, how many are missing, and how many there are. */
  readonly at: number;
  readonly count: number;
  readonly of: number;
}

const headShare = 2 / 3;

/**
 * Cuts a value to `room` bytes of JSON: what is small stays, what is large shares the room evenly. Arrays lose whole items from their middle;
 * only when not even one item has room is that item cut. Objects keep their keys.
 *
 * @param measure Of this very value; reused between calls, so that each cut costs what it keeps.
 * @returns At most `room` bytes, or as few as can be.
 */
export function cutValue(value: JsonValue, room: number, measure: JsonMeasure): { value: JsonValue; omitted: Omission[] } {
  const omitted: Omission[] = [];
  return { value: new Cut(measure, omitted).cut(value, room, rootPlace), omitted };
}

class Cut {
  readonly #measure: JsonMeasure;
  readonly #omitted: Omission[];

  constructor(measure: JsonMeasure, omitted: Omission[]) {
    this.#measure = measure;
    this.#omitted = omitted;
  }

  cut(value: JsonValue, room: number, place: Place): JsonValue {
    const { size, floor } = this.#measure.of(value, place);
    if (size <= room || size === floor) return value;
    if (typeof value === 'string') {
      const { text, at, count } = cutString(value, Math.max(room, floor));
      this.#omitted.push({ path: pathOf(place), kind: 'characters', at, count, of: value.length });
      return text;
    }
    if (typeof value !== 'object' || value === null) return value;
    return isArray(value) && this.#measure.isCuttable(value, place)
      ? this.#cutItems(value, room, place)
      : this.#cutMembers(value, room, place);
  }

  /** Whole items from both ends; when none has room, the first one cut. */
  #cutItems(items: readonly JsonValue[], room: number, place: Place): JsonValue {
    const inner = room - 2;
    const head = this.#take(items, { from: 0, step: 1, room: inner * headShare }, place);
    const tail = this.#take(items, { from: items.length - 1, step: -1, room: inner - head.bytes }, place);
    const kept: JsonValue[] = [...items.slice(0, head.count), ...items.slice(items.length - tail.count)];
    const first = items[0];
    if (kept.length === 0 && first !== undefined) {
      const { floor } = this.#measure.member(first, 0, place);
      if (floor <= inner) kept.push(this.cut(first, inner, placeIn(place, 0, first)));
    }
    const at = Math.max(head.count, kept.length - tail.count);
    const count = items.length - kept.length;
    if (count > 0) this.#omitted.push({ path: pathOf(place), kind: 'items', at, count, of: items.length });
    return kept;
  }

  #take(items: readonly JsonValue[], { from, step, room }: { from: number; step: 1 | -1; room: number }, place: Place) {
    let bytes = 0;
    let count = 0;
    for (let index = from; count < items.length; index += step) {
      const item = items[index];
      if (item === undefined) break;
      const next = bytes + 1 + this.#measure.member(item, index, place).size;
      if (next > room) break;
      bytes = next;
      count += 1;
    }
    return { bytes, count };
  }

  /** Every member stays and gets its floor; what room is left goes to the small ones first, so that the large ones share the rest evenly. */
  #cutMembers(value: JsonContainer, room: number, place: Place): JsonValue {
    const members = Array.from(entriesOf(value), ([key, child], index) => ({
      key,
      child,
      index,
      ...this.#measure.member(child, key, place),
    }));
    let left = room - frameBytes(value) - members.reduce((sum, { floor }) => sum + floor, 0);
    const cut = members.map(({ child }) => child);
    const needy = members.filter(({ size, floor }) => size > floor).toSorted((a, b) => needOf(a) - needOf(b) || a.index - b.index);
    for (const [done, { key, child, index, size, floor }] of needy.entries()) {
      const extra = Math.max(0, Math.min(size - floor, Math.floor(left / (needy.length - done))));
      left -= extra;
      cut[index] = this.cut(child, floor + extra, placeIn(place, key, child));
    }
    return isArray(value) ? cut : Object.fromEntries(members.map(({ key, index }) => [key, cut[index] ?? null]));
  }
}

/** What a member could use beyond what it gets in any case. */
function needOf({ size, floor }: Extent): number {
  return size - floor;
}
