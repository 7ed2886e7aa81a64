import { parse as parseArray } from 'postgres-array';
import type { CutCell, RawCell } from './raw-page.ts';
import type { TypeCatalog, TypeInfo } from './type-catalog.ts';
import { readJson } from './read-json.ts';

/** OIDs of `pg_type` that become something else than text; fixed in PostgreSQL's catalogue. */
const oids = { bool: 16, bytea: 17, int2: 21, int4: 23, oid: 26, json: 114, float4: 700, float8: 701, jsonb: 3802 } as const;

const numberOids = new Set<number>([oids.int2, oids.int4, oids.oid, oids.float4, oids.float8]);

/** Characters of a binary value that are shown; more tells a reader nothing. */
const maxHex = 66;

/** Turns a value in text format into JSON that loses nothing: what JSON numbers cannot hold stays text. */
export function renderCell(cell: RawCell, typeOid: number, types: TypeCatalog): unknown {
  if (cell === null) {
    return null;
  }
  return typeof cell === 'string' ? renderText(cell, typeOid, types) : renderCut(cell, typeOid);
}

/** More digits in a row than are shown of a binary value, which may stand in an array that is taken apart. */
const longHex = new RegExp(`^[^[].*[0-9a-f]{${String(maxHex - 1)}}`);

/** Whether {@link renderCell} shows only a part of the value. */
export function isCut(cell: RawCell, typeOid: number, types: TypeCatalog): boolean {
  return cell !== null && (typeof cell !== 'string' || (cell.length > maxHex && holdsBinary(typeOid, types) && longHex.test(cell)));
}

function holdsBinary(typeOid: number, types: TypeCatalog): boolean {
  const type = types.get(typeOid);
  const below = type?.baseOid ?? type?.elementOid;
  return typeOid === oids.bytea || (below !== undefined && holdsBinary(below, types));
}

function renderText(text: string, typeOid: number, types: TypeCatalog): unknown {
  const type = types.get(typeOid);
  if (type?.baseOid !== undefined) {
    return renderText(text, type.baseOid, types);
  }
  if (type?.elementOid !== undefined) {
    return renderArray(text, type, types);
  }
  if (numberOids.has(typeOid)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : text;
  }
  switch (typeOid) {
    case oids.bool:
      return text === 't';
    case oids.json:
    case oids.jsonb:
      return readJson(text);
    case oids.bytea:
      return text.length > maxHex ? renderCut({ start: text, length: text.length }, typeOid) : text;
    default:
      return text;
  }
}

/** Bounds other than 1 and delimiters other than a comma have no JSON: such arrays stay as PostgreSQL writes them. */
function renderArray(text: string, { elementOid, delimiter }: TypeInfo, types: TypeCatalog): unknown {
  if (!text.startsWith('{') || delimiter !== ',' || elementOid === undefined) {
    return text;
  }
  return parseArray(text, (element) => renderText(element, elementOid, types));
}

function renderCut({ start, length }: CutCell, typeOid: number): string {
  return typeOid === oids.bytea
    ? `${start.slice(0, maxHex)}... (${String((length - 2) / 2)} bytes)`
    : `${start}... (${String(length)} characters)`;
}
