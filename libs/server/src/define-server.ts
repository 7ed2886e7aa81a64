import type { Icon } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import type { AppCommand } from './cli/app-command.ts';
import type { AnyPrompt, AnyResource, AnyTool, CacheHint } from './define.ts';
import { checkServer } from './definition/check-server.ts';
import type { Host } from './host.ts';

/** Items known when the module loads, or made once at start from the configuration. Never per request. */
export type Listing<Item, Config, Deps> = readonly Item[] | ((config: Config, deps: Deps) => readonly Item[]);

/** A list whose freshness a server may promise (2026-07-28: `ttlMs`, `cacheScope`). */
export type CacheableList = 'tools/list' | 'prompts/list' | 'resources/list' | 'resources/templates/list' | 'server/discover';

/** One line of the `doctor` subcommand. */
export interface DoctorFinding {
  /** What was checked, in two or three words. */
  readonly name: string;
  readonly level: 'ok' | 'warning' | 'problem';
  /** What was found; for a problem also what to do. */
  readonly text: string;
  /** What a problem ends `doctor` with: 69 when something is not there, 78 when the configuration cannot work. Default: 69. */
  readonly exit?: 69 | 78;
}

/** What one server is: everything that `serve` and `createRuntime` need to know of an app. */
export interface ServerDefinition<Config, Deps> {
  /** Program and package name in kebab case, such as `trellis-database`. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** What the server is for, at most 200 characters. */
  readonly description: string;
  /** One paragraph that tells a model how to use the server. */
  readonly instructions: string;
  /** Default of `--port`. */
  readonly port: number;
  readonly settings: z.ZodObject & z.ZodType<Config>;
  /** Opens what handlers need, once; registers its closing and checks with the host. */
  openDeps(config: Config, host: Host): Promise<Deps>;
  /** Default: none. */
  readonly tools?: Listing<AnyTool<Deps>, Config, Deps>;
  /** Default: none. */
  readonly resources?: Listing<AnyResource<Deps>, Config, Deps>;
  /** Default: none. */
  readonly prompts?: Listing<AnyPrompt<Deps>, Config, Deps>;
  readonly icons?: readonly Icon[];
  readonly websiteUrl?: string;
  /** Checks of the app's own for the `doctor` subcommand. */
  doctor?(config: Config): Promise<readonly DoctorFinding[]>;
  /** Subcommands of the app's own. Default: none. */
  readonly commands?: readonly AppCommand<Config>[];
  /** How fresh the lists stay; a `public` hint becomes `private` where lists depend on scopes. Default: not cacheable. */
  readonly cacheHints?: Readonly<Partial<Record<CacheableList, CacheHint>>>;
  /** Whether the template `trellis://kept/{handle}{?cursor}` is listed; every server answers it. Default: false. */
  readonly keeps?: boolean;
  /** `house` checks names, descriptions and schemas as Trellis wants them; `protocol` only as MCP does, for fixtures. Default: `house`. */
  readonly rules?: 'house' | 'protocol';
}

/**
 * Declares a server. Checks every name, description and schema that is known already; lists made by a function are checked at start.
 *
 * @throws AppError `INVALID_INPUT` that lists every problem of the definition.
 */
export function defineServer<Config, Deps>(definition: ServerDefinition<Config, Deps>): ServerDefinition<Config, Deps> {
  checkServer(definition);
  return Object.freeze({ ...definition });
}
