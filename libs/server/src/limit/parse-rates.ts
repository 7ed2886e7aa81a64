import { AppError } from '@trellis-mcp/errors';

/** How often one caller may do one thing. */
export interface Rate {
  readonly points: number;
  readonly seconds: number;
}

/** What `--rate-limit` says. */
export interface Rates {
  /** For everything that has no rate of its own. */
  readonly general: Rate | undefined;
  readonly byTool: ReadonlyMap<string, Rate>;
}

/** One entry: `600/m`, or `query=60/m` for one tool. */
export const ratePattern = /^(?:([a-z0-9_]{1,64})=)?([1-9]\d{0,8})\/(s|m|h)$/;

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** Reads the entries; the last one of a tool counts. @throws AppError `INVALID_INPUT` for a tool that is not there. */
export function parseRates(entries: readonly string[], tools: { has(name: string): boolean }): Rates {
  let general: Rate | undefined;
  const byTool = new Map<string, Rate>();
  for (const entry of entries) {
    const [, tool, points = '1', unit = 's'] = ratePattern.exec(entry) ?? [];
    const rate = { points: Number(points), seconds: units[unit] ?? 1 };
    if (tool === undefined) general = rate;
    else if (tools.has(tool)) byTool.set(tool, rate);
    else throw new AppError('INVALID_INPUT', `--rate-limit: there is no tool "${tool}".`);
  }
  return { general, byTool };
}
