import type { ServerEventBus } from '@modelcontextprotocol/server';
import { AppError } from '@trellis-mcp/errors';
import { Running } from '@trellis-mcp/lifecycle';
import { listBuiltins } from './builtin/list-builtins.ts';
import { createCatalog, type Catalog } from './catalog/create-catalog.ts';
import { selectTools } from './catalog/select-tools.ts';
import type { CreateServer } from './connection.ts';
import { createServerFactory, type ServerParts } from './create-server.ts';
import type { ServerDefinition } from './define-server.ts';
import type { AnyResource, ResourceDefinition, ResourceTemplateDefinition } from './define.ts';
import { checkPrompts, checkResources, checkTools } from './definition/check-items.ts';
import { isList } from './definition/check-server.ts';
import { assertNoProblems } from './definition/problems.ts';
import { createHub, createLocalBus, type EventHub, type Events } from './events/open-events.ts';
import type { Frame, RuntimeHost } from './frame.ts';
import { findResource } from './handle/read-resource.ts';
import { createKeeper } from './keep/create-keeper.ts';
import { createKeptResource } from './keep/kept-resource.ts';
import { createRateLimiter, type RateLimiter } from './limit/create-rate-limiter.ts';
import { parseRates } from './limit/parse-rates.ts';
import { createCallMemory, type CallMemory } from './memory/call-memory.ts';
import { lackedScopes } from './lacked-scopes.ts';
import { capabilitiesOf, infoOf, optionsOf } from './present-app.ts';
import { healthScope, missingScopes, type Principal } from './principal.ts';
import type { Stopper } from './run/stopper.ts';
import { createSealer } from './seal/create-sealer.ts';
import { parseKeyRing } from './seal/key-ring.ts';
import { isTracingRegistered, loadTracing, type Tracing } from './trace/load-tracing.ts';

/** An app at work, without a transport. */
export interface Runtime {
  /** Makes the SDK server of one request (HTTP) or connection; needs no `this`. */
  readonly createServer: CreateServer;
  /** For the SDK's HTTP handler, which serves `subscriptions/listen` itself. */
  readonly bus: ServerEventBus;
  readonly events: Events;
  /** Resolves when the OpenTelemetry API was looked for; calls before it are served, but not traced. */
  readonly ready: Promise<void>;
  /** Every scope that something of the app asks for. */
  readonly scopes: readonly string[];
  /** The scopes that a principal lacks for what a JSON-RPC message, or a batch of them, asks for: over HTTP a 403 names them. */
  missingScopes(principal: Principal, body: unknown): string[];
  /** The scopes that a principal lacks for hearing of these resources. */
  readonly missingListenScopes: (principal: Principal, uris: readonly string[]) => string[];
  /** Lets go of the host; handlers that run are not waited for. */
  dispose(): Promise<void>;
}

/** What {@link createRuntime} needs beside the app. */
export interface RuntimeOptions<Config, Deps> {
  readonly deps: Deps;
  readonly config: Config;
  readonly host: RuntimeHost;
  /** How often progress is repeated while a handler says nothing, in milliseconds. Default: 10,000. */
  readonly heartbeatMs?: number;
}

/**
 * Makes everything that requests need, once: lists, schemas, keys, metrics names.
 *
 * @throws AppError `INVALID_INPUT` when a list made by the app, `--tools`, `--exclude-tools`, `--rate-limit` or `--state-keys` is wrong.
 */
export function createRuntime<Config, Deps>(app: ServerDefinition<Config, Deps>, options: RuntimeOptions<Config, Deps>): Runtime {
  const { deps, host, heartbeatMs = 10_000 } = options;
  const sealer = createSealer(readKeys(host), host.now, app.name);
  const keeper = createKeeper(host.bodyStore ?? host.keyStore, host.now);
  const running = new Running<Stopper>();
  const tracing = createTracingLookup(app.version);
  const memory = host.config.memory === true ? createCallMemory(host) : undefined;
  const catalog = buildCatalog(app, options, { kept: createKeptResource(keeper, sealer), memory });
  const frame: Frame = {
    host,
    deps,
    sealer,
    keeper,
    limiter: openLimiter(host, catalog),
    memory,
    running,
    heartbeatMs,
    tracing: tracing.find,
  };
  warnOfForgetting(host, catalog);
  registerNames(host, catalog);
  const hub = host.events ?? createOwnHub(host);
  const stopAborting = abortOnDrain(host, running);
  return {
    createServer: createServerFactory({
      frame,
      catalog,
      listedTools: listTools(catalog, host),
      hub,
      info: infoOf(app),
      options: optionsOf(app, catalog),
      capabilities: capabilitiesOf(catalog),
    }),
    bus: hub.bus,
    events: hub,
    ready: tracing.ready,
    scopes: scopesOf(catalog, host),
    missingScopes: (principal, body) => lackedScopes(catalog, principal, body),
    missingListenScopes: (principal, uris) =>
      missingScopes(principal, [...new Set(uris.flatMap((uri) => findResource(catalog, uri)?.entry.subject.scopes ?? []))]),
    async dispose() {
      stopAborting();
      if (host.events === undefined) await hub.close();
    },
  };
}

function openLimiter(host: RuntimeHost, { tools }: Catalog): RateLimiter | undefined {
  const { rateLimit = [] } = host.config;
  return rateLimit.length === 0 ? undefined : createRateLimiter(parseRates(rateLimit, tools), host);
}

function scopesOf({ tools, resources, templates, prompts }: Catalog, { config }: RuntimeHost): string[] {
  const subjects = [...tools.values(), ...resources.values(), ...templates, ...prompts.values()].map(({ subject }) => subject);
  const own = config.auth === undefined || config.auth === 'none' ? [] : [healthScope];
  return [...new Set([...subjects.flatMap(({ scopes }) => scopes), ...own])];
}

/** Tracing is loaded when an SDK has registered itself, at start or later. */
function createTracingLookup(version: string): { readonly ready: Promise<void>; readonly find: () => Tracing | undefined } {
  let tracing: Tracing | undefined;
  let loading: Promise<void> | undefined;
  const find = (): Tracing | undefined => {
    if (loading === undefined && isTracingRegistered()) {
      loading = loadTracing(version).then((loaded) => {
        tracing = loaded;
      });
    }
    return tracing;
  };
  find();
  return { ready: loading ?? Promise.resolve(), find };
}

function readKeys({ config, redis, log }: RuntimeHost) {
  const { stateKeys } = config;
  if (redis !== undefined && stateKeys.length === 0) {
    log.warn('Several processes share this Redis, but cursors and questions are sealed with a key of this process only. Set --state-keys.');
  }
  return parseKeyRing(stateKeys);
}

/** With keys that outlive the process, a `singleUse` answer does so, too; the note that it was used must not be shorter-lived. */
function warnOfForgetting({ config: { cachePath, stateKeys }, redis, log }: RuntimeHost, { tools }: Catalog): void {
  const isForgotten = stateKeys.length > 0 && redis === undefined && cachePath === undefined;
  const names = [...tools.values()].filter(({ subject }) => subject.singleUse).map(({ subject }) => subject.name);
  if (!isForgotten || names.length === 0) return;
  log.warn(
    { tools: names },
    'Which answers were used is kept in memory only: a restart, or another process with these --state-keys, takes them again. ' +
      'Set --redis-url or --cache-path.',
  );
}

function buildCatalog<Config, Deps>(
  app: ServerDefinition<Config, Deps>,
  { config, deps, host }: RuntimeOptions<Config, Deps>,
  { kept, memory }: { readonly kept: ResourceTemplateDefinition<unknown>; readonly memory: CallMemory | undefined },
): Catalog {
  const resolve = <Item>(listing: readonly Item[] | ((config: Config, deps: Deps) => readonly Item[]) | undefined): readonly Item[] =>
    listing === undefined ? [] : isList(listing) ? listing : listing(config, deps);
  const tools = resolve(app.tools);
  const resources = resolve(app.resources);
  const prompts = resolve(app.prompts);
  const rules = app.rules ?? 'house';
  assertNoProblems(`Server "${app.name}"`, (report) => {
    checkTools(tools, { rules, report });
    checkResources(resources, { rules, report });
    checkPrompts(prompts, { rules, report });
  });
  const templates = resources.filter(isTemplate);
  const selected = selectTools(rules === 'house' ? [...tools, ...listBuiltins(host, memory)] : tools, host.config);
  const hasSearch = host.config.toolSearch === true;
  if (hasSearch && rules !== 'house')
    throw new AppError('INVALID_INPUT', '--tool-search needs a server whose tools keep to the house rules.');
  return createCatalog({
    hasSearch,
    listAll: host.config.listAll,
    tools: selected,
    hasMemory: rules === 'house' && selected.some(({ name }) => name === 'open_memory'),
    resources: resources.filter(isFixed),
    templates: app.keeps === true ? [...templates, kept] : templates,
    hiddenTemplates: app.keeps === true ? [] : [kept],
    prompts,
  });
}

/** What fits a list to a budget is loaded only where there is one; the first list waits for it. */
function listTools({ listedTools }: Catalog, { config, log }: RuntimeHost): ServerParts['listedTools'] {
  const { toolBudget: budget } = config;
  if (budget === undefined) return listedTools;
  return import('./catalog/fit-list.ts').then(
    ({ fitList }) => fitList(listedTools, { budget, log }),
    (error: unknown) => {
      log.error({ err: error }, 'The tools could not be fitted to --tool-budget; they are listed as they are.');
      return listedTools;
    },
  );
}

function isTemplate<Deps>(resource: AnyResource<Deps>): resource is ResourceTemplateDefinition<Deps> {
  return 'uriTemplate' in resource;
}

function isFixed<Deps>(resource: AnyResource<Deps>): resource is ResourceDefinition<Deps> {
  return 'uri' in resource;
}

function registerNames({ health }: RuntimeHost, { tools, resources, templates, prompts }: Catalog): void {
  const names = [...resources.values(), ...templates].map(({ subject }) => subject.name);
  health.metrics.registerNames('tool', [...tools.keys()]);
  health.metrics.registerNames('resource', names);
  health.metrics.registerNames('prompt', [...prompts.keys()]);
  health.metrics.registerNames('completion', [...names, ...prompts.keys()]);
  health.metrics.registerNames('list', names);
}

function createOwnHub({ log }: RuntimeHost): EventHub {
  return createHub(createLocalBus(log), log, () => Promise.resolve());
}

function abortOnDrain({ lifecycle: { drainSignal } }: RuntimeHost, running: Running<Stopper>): () => void {
  const abortAll = (): void => {
    for (const call of running) call.stop(new AppError('CANCELLED', 'The server is shutting down.', { retryable: true }));
  };
  drainSignal.addEventListener('abort', abortAll, { once: true });
  return () => {
    drainSignal.removeEventListener('abort', abortAll);
  };
}
