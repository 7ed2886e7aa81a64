import type { CommonConfig, ServerDefinition } from '@trellis-mcp/server';

/** One call that must succeed. */
export interface SampleCall {
  readonly tool: string;
  /** Default: none. */
  readonly args?: Readonly<Record<string, unknown>>;
}

/**
 * The parts of the contract, in their order. `stdout`, `stop` and `usage` look at the program alone, whatever its flags make it open; `release`
 * stops it while what it opened is at work.
 */
export const contractParts = ['lists', 'calls', 'search', 'abort', 'stdout', 'stop', 'release', 'usage', 'commands'] as const;

/** One part of the contract. */
export type ContractPart = (typeof contractParts)[number];

/** What the contract is checked on. */
export interface ContractOptions<Config extends CommonConfig, Deps> {
  readonly app: ServerDefinition<Config, Deps>;
  /** The entry, `src/main.ts`, or a built bin. */
  readonly main: URL;
  /** The module that exports `app`. Default: `app.ts` beside the entry. */
  readonly module?: URL;
  /** Folder of the tool snapshots, `test/tools.snap/`. */
  readonly snapshots: URL;
  /** At least one successful call per tool, independent of each other and repeatable. */
  readonly calls: readonly SampleCall[];
  /** Flags that every start needs, such as a root folder. Default: none. */
  readonly args?: readonly string[];
  /** A call that keeps real resources busy for a second or more, killed half way. Default: none. */
  readonly slowCall?: SampleCall;
  /** How many times longer than on an idle machine things may take. Default: 5. */
  readonly timeFactor?: number;
  /** Which parts are checked, so that several test files can share the time. Default: all. */
  readonly parts?: readonly ContractPart[];
  /** Writes the snapshots instead of comparing. Default: whether the variable `UPDATE_SNAPSHOTS` is 1. */
  readonly isUpdate?: boolean;
}

/** {@link ContractOptions} with its defaults. */
export type Contract<Config extends CommonConfig, Deps> = Required<Omit<ContractOptions<Config, Deps>, 'slowCall'>> &
  Pick<ContractOptions<Config, Deps>, 'slowCall'>;

/** Fills in the defaults. */
export function toContract<Config extends CommonConfig, Deps>(options: ContractOptions<Config, Deps>): Contract<Config, Deps> {
  return {
    module: new URL('app.ts', options.main),
    args: [],
    timeFactor: 5,
    parts: contractParts,
    // A test's own switch, read where the test starts.
    isUpdate: process.env['UPDATE_SNAPSHOTS'] === '1',
    ...options,
  };
}
