import type { ServerDefinition } from '../define-server.ts';
import { checkCommands } from './check-commands.ts';
import { checkPrompts, checkResources, checkTools } from './check-items.ts';
import { assertNoProblems, type Report } from './problems.ts';

const maxDataIcon = 1000;

/**
 * Checks a definition as far as it is known when the module loads.
 *
 * @throws AppError `INVALID_INPUT` that lists every problem.
 */
export function checkServer<Config, Deps>(app: ServerDefinition<Config, Deps>): void {
  const rules = app.rules ?? 'house';
  assertNoProblems(`Server "${app.name}"`, (report) => {
    checkTexts(app, report);
    checkCommands(app.commands ?? [], { keys: Object.keys(app.settings.shape), report });
    if (isList(app.tools)) checkTools(app.tools, { rules, report });
    if (isList(app.resources)) checkResources(app.resources, { rules, report });
    if (isList(app.prompts)) checkPrompts(app.prompts, { rules, report });
  });
}

/** Narrows a listing to a list known already; `Array.isArray` does not narrow read-only arrays. */
export function isList<Item>(listing: readonly Item[] | ((...args: never) => readonly Item[]) | undefined): listing is readonly Item[] {
  return Array.isArray(listing);
}

function checkTexts<Config, Deps>(app: ServerDefinition<Config, Deps>, report: Report): void {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(app.name)) report('its name must be kebab-case with at most 64 characters.');
  if (app.title.trim() === '') report('it needs a title.');
  if (!/^\d+\.\d+\.\d+/.test(app.version)) report('its version must be a semantic version.');
  if (app.description.length > 200) report(`its description has ${app.description.length} characters; at most 200 are allowed.`);
  if (app.instructions.trim() === '') report('it needs instructions: one paragraph that tells a model how to use it.');
  if (app.icons?.some(({ src }) => src.startsWith('data:') && src.length > maxDataIcon) === true) {
    report('its icons ride on every result: give them as URLs, or as data: URIs of at most 1,000 characters.');
  }
  if (!Number.isInteger(app.port) || app.port < 0 || app.port > 65_535) report('its port must be 0 to 65535.');
}
