import { z } from 'zod';

/** What a configuration field says about itself beside its schema. */
export interface SettingMeta {
  /** One sentence for `--help` and the README. Default: the schema's own description. */
  description?: string;
  /** Never printed; may also be given as a file named by `<VARIABLE>_FILE`. Default false. */
  secret?: boolean;
  /** More variables that set it, in order, after `TRELLIS_…`: `['DATABASE_URL']`. */
  env?: readonly string[];
  /** `false` when there is no flag: only variables and the file set it. */
  flag?: false;
  /** What stands for the value in `--help`: `url` prints `--redis-url <url>`. Default: from the schema. */
  placeholder?: string;
  /** For a list whose items may hold commas, such as paths: a flag is then always one item. Default false: `--tools a,b` is two. */
  repeatOnly?: boolean;
  /**
   * For a list: arguments without a flag that hold one of these characters are items of it, also beside a subcommand, and so is everything
   * after `--`. Other arguments stay names of subcommands. At most one setting of a program. Default: none.
   */
  positional?: string;
}

const settings = z.registry<SettingMeta>();

/**
 * Attaches {@link SettingMeta} to a field of a configuration object and returns the field, of the same type.
 *
 * The schema given is not changed, so one schema may serve several settings. Works inside and outside of `.optional()` and `.default()`.
 */
export function setting<Schema extends z.ZodType>(schema: Schema, meta: SettingMeta = {}): Schema {
  const own = meta.description === undefined ? schema.clone() : schema.describe(meta.description);
  settings.add(own, meta);
  return own;
}

/** The meta of a field, looked for through its wrappers; empty when the field is a plain schema. */
export function readMeta(schema: z.ZodType): SettingMeta {
  for (const layer of layersOf(schema)) {
    const meta = settings.get(layer);
    if (meta !== undefined) {
      return meta;
    }
  }
  return {};
}

/** The default of a field as it is written, before the schema's own parsing; `undefined` when there is none. */
export function readDefault(schema: z.ZodType): unknown {
  for (const layer of layersOf(schema)) {
    if (layer instanceof z.ZodDefault || layer instanceof z.ZodPrefault) {
      return layer.def.defaultValue;
    }
  }
  return undefined;
}

/** A field and what it wraps, outermost first: optional, default, nullable, readonly, the input side of a pipe. */
export function layersOf(schema: z.ZodType): readonly z.ZodType[] {
  const layers: z.ZodType[] = [];
  for (let layer: unknown = schema; layer instanceof z.ZodType && layers.length < 20; layer = innerOf(layer)) {
    layers.push(layer);
  }
  return layers;
}

function innerOf(layer: z.ZodType): unknown {
  if (layer instanceof z.ZodPipe) {
    return layer.in instanceof z.ZodTransform ? layer.out : layer.in;
  }
  const isWrapper =
    layer instanceof z.ZodOptional ||
    layer instanceof z.ZodDefault ||
    layer instanceof z.ZodPrefault ||
    layer instanceof z.ZodNullable ||
    layer instanceof z.ZodNonOptional ||
    layer instanceof z.ZodReadonly ||
    layer instanceof z.ZodCatch;
  return isWrapper ? layer.unwrap() : undefined;
}
