import { describe } from '@jest/globals';
import type { CommonConfig } from '@trellis-mcp/server';
import { type Contract, type ContractOptions, type ContractPart, toContract } from './contract/contract-options.ts';
import { describeAbort } from './contract/describe-abort.ts';
import { describeCalls } from './contract/describe-calls.ts';
import { describeCommands, describeUsage } from './contract/describe-commands.ts';
import { describeLists } from './contract/describe-lists.ts';
import { describeRelease } from './contract/describe-release.ts';
import { describeSearch } from './contract/describe-search.ts';
import { describeStdout } from './contract/describe-stdout.ts';
import { describeStop } from './contract/describe-stop.ts';

/**
 * The suite that every Trellis server passes. Call it at the top of a test file, once for each part.
 *
 * Snapshots of tools are written only with the variable `UPDATE_SNAPSHOTS=1`.
 */
export function appContract<Config extends CommonConfig, Deps>(options: ContractOptions<Config, Deps>): void {
  const contract = toContract(options);
  describe(`the contract of ${contract.app.name}`, () => {
    for (const part of contract.parts) describePart[part](contract);
  });
}

const describePart: Readonly<Record<ContractPart, <Config extends CommonConfig, Deps>(contract: Contract<Config, Deps>) => void>> = {
  lists: describeLists,
  calls: describeCalls,
  search: describeSearch,
  abort: describeAbort,
  stdout: describeStdout,
  stop: describeStop,
  release: describeRelease,
  usage: describeUsage,
  commands: describeCommands,
};
