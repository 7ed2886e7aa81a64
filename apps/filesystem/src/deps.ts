import { createDefiners, type Host } from '@trellis-mcp/server';
import type { addOfficialTools } from './compat/official-tools.ts';
import type { Config } from './config.ts';
import { openReader } from './reader/open-reader.ts';
import { checkRoots } from './roots/check-roots.ts';
import { openRoots, type Roots } from './roots/open-roots.ts';
import { openSample } from './sample/open-sample.ts';
import type { SearchEngine } from './search/search-engine.ts';
import { openWatches } from './watch/open-watches.ts';
import { openWriter, type Writer } from './write/open-writer.ts';

/** What the operator set; calls read no other settings. */
export type Limits = Pick<
  Config,
  | 'clientRoots'
  | 'compat'
  | 'confirm'
  | 'gitignore'
  | 'hardLinks'
  | 'maxDepth'
  | 'maxEntries'
  | 'maxFileBytes'
  | 'maxMediaBytes'
  | 'maxProcesses'
  | 'maxReadBytes'
  | 'maxWatches'
  | 'maxWriteBytes'
  | 'searchTimeoutMs'
  | 'trashMaxBytes'
  | 'trashTtlMs'
  | 'write'
>;

/** What handlers work with. */
export interface Deps {
  readonly roots: Roots;
  readonly limits: Limits;
  readonly writer: Writer;
  /** What searches; looked for once, on first use. */
  readonly findEngine: () => Promise<SearchEngine>;
  /** With `--compat`. */
  readonly addOfficialTools: typeof addOfficialTools | undefined;
}

export const { defineTool, defineResource, definePrompt } = createDefiners<Deps>();

/**
 * Opens the roots of the configuration, or the sample project in a temporary folder when there is none.
 *
 * @throws AppError `INVALID_INPUT` for what the configuration gets wrong.
 */
export async function openDeps(config: Config, host: Host): Promise<Deps> {
  const texts = config.root.length > 0 ? config.root : [await openSample(host.lifecycle)];
  const roots = await openRoots({ texts, writable: config.write, exclude: config.exclude, reader: openReader(host) });
  // Made of schemas that only `--compat` needs.
  const compat = config.compat === undefined ? undefined : await import('./compat/official-tools.ts');
  const watches = openWatches({ roots, events: host.events, log: host.log, maxWatches: config.maxWatches });
  host.lifecycle.onClose('watches', () => {
    watches.close();
  });
  host.health.addCheck('roots', async () => checkRoots(roots));
  const writer = await openWriter({ roots, limits: config, host });
  return { roots, limits: config, writer, findEngine: loadSearch(config), addOfficialTools: compat?.addOfficialTools };
}

/** A start need not load what runs other programs. */
function loadSearch(limits: Limits): Deps['findEngine'] {
  let loaded: Promise<Deps['findEngine']> | undefined;
  return async () => {
    loaded ??= import('./search/open-search.ts').then(({ openSearch }) => openSearch(limits));
    const find = await loaded;
    return find();
  };
}
