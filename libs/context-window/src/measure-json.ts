import type { JsonContainer, JsonValue } from './json.ts';

/** What a value takes as JSON, in bytes of UTF-8. */
export interface Extent {
  readonly size: number;
  /** What remains when everything is cut that may be. */
  readonly floor: number;
}

/** From the root to a part: keys of objects, indexes of arrays. */
export type Path = readonly (string | number)[];

/** Whether a part must stay as it is. */
export type Judge = (path: Path) => boolean;

/** Where a part stands; its path is made only when somebody asks. */
export interface Place {
  readonly key: string | number;
  readonly parent: Place | undefined;
  readonly depth: number;
  /** An array in an array, whose items belong to columns. */
  readonly isRow: boolean;
}

/** Strings of this many characters or fewer are never cut. */
export const maxShortString = 200;
/** What a cut string takes at least: a little of its head and tail, and the note between them. */
export const minCutString = 150;
/** A row with more items is a list after all. */
const maxRowItems = 2000;
/** What is nested deeper stays as it is. */
const maxDepth = 500;

/** The place of a whole value. */
export const rootPlace: Place = { key: '', parent: undefined, depth: 0, isRow: false };

/** Measures values once each; every method is linear in what it has not seen before. */
export class JsonMeasure {
  readonly #extents = new Map<object, Extent>();
  readonly #isWhole: Judge;

  constructor(isWhole: Judge) {
    this.#isWhole = isWhole;
  }

  of(value: JsonValue, place: Place): Extent {
    if (typeof value === 'string') return this.#ofString(value, place);
    if (typeof value !== 'object' || value === null) return fixed(String(value).length);
    const known = this.#extents.get(value);
    if (known !== undefined) return known;
    const extent = this.#staysWhole(place) ? fixed(jsonBytes(value)) : this.#ofMembers(value, place);
    this.#extents.set(value, extent);
    return extent;
  }

  /** Measures a member of what stands at `parent`; most are small and need no place of their own. */
  member(value: JsonValue, key: string | number, parent: Place): Extent {
    if (typeof value === 'string' && value.length <= maxShortString) return fixed(jsonBytes(value));
    return typeof value === 'number' ? fixed(String(value).length) : this.of(value, placeIn(parent, key, value));
  }

  /** Whether items of an array may be left out. */
  isCuttable(value: readonly JsonValue[], place: Place): boolean {
    return !(place.isRow && value.length <= maxRowItems) && !this.#staysWhole(place);
  }

  #staysWhole(place: Place): boolean {
    return place.depth > maxDepth || this.#isWhole(pathOf(place));
  }

  #ofString(value: string, place: Place): Extent {
    const size = jsonBytes(value);
    const isFixed = value.length <= maxShortString || this.#staysWhole(place);
    return isFixed ? fixed(size) : { size, floor: Math.min(size, minCutString) };
  }

  #ofMembers(value: JsonContainer, place: Place): Extent {
    let size = frameBytes(value);
    let floor = size;
    for (const [key, child] of entriesOf(value)) {
      const extent = this.member(child, key, place);
      size += extent.size;
      floor += extent.floor;
    }
    return { size, floor: isArray(value) && this.isCuttable(value, place) ? Math.min(size, 2) : floor };
  }
}

/** The items of an array or the values of an object, by their keys. */
export function entriesOf(value: JsonContainer): Iterable<readonly [string | number, JsonValue]> {
  return isArray(value) ? value.entries() : Object.entries(value);
}

/** The place of a member. */
export function placeIn(parent: Place, key: string | number, value: JsonValue): Place {
  return { key, parent, depth: parent.depth + 1, isRow: typeof key === 'number' && isArray(value) };
}

/** The keys from the root to a place. */
export function pathOf(place: Place): Path {
  const path: (string | number)[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}

/** Brackets, commas and keys: what a container takes beside its members. */
export function frameBytes(value: JsonContainer): number {
  if (isArray(value)) return 2 + Math.max(0, value.length - 1);
  const keys = Object.keys(value);
  return 2 + Math.max(0, keys.length - 1) + keys.reduce((sum, key) => sum + jsonBytes(key) + 1, 0);
}

/** `Array.isArray` does not narrow read-only arrays. */
export function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Bytes of the JSON of a value. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function fixed(size: number): Extent {
  return { size, floor: size };
}
