import type { AnyPrompt, AnyResource, AnyTool, Schema } from '../define.ts';
import { isJsonObject } from '../schema/json.ts';
import { memoiseSchema } from '../schema/memoise-schema.ts';
import { checkPortable } from '../schema/portable.ts';
import { parseUriTemplate } from '../catalog/uri-template.ts';
import { checkNames, reservedArgument, type Rules } from './check-names.ts';
import type { Report } from './problems.ts';

/** What a list is checked with. */
export interface CheckOptions {
  readonly rules: Rules;
  readonly report: Report;
}

/** Checks names, texts and schemas of tools. */
export function checkTools(tools: readonly AnyTool<never>[], options: CheckOptions): void {
  checkNames('Tool', tools, options);
  for (const tool of tools) {
    const report: Report = (problem) => options.report(`Tool "${tool.name}": ${problem}`);
    checkSchema(tool.input, { side: 'input', rules: options.rules, report });
    checkSchema(tool.output, { side: 'output', rules: options.rules, report });
    if (tool.maxResultBytes !== undefined && !(tool.maxResultBytes >= 1000)) report('maxResultBytes must be at least 1,000.');
  }
}

/** Checks names, texts and addresses of resources and templates. */
export function checkResources(resources: readonly AnyResource<never>[], options: CheckOptions): void {
  checkNames('Resource', resources, options);
  const seen = new Set<string>();
  for (const resource of resources) {
    const address = 'uri' in resource ? resource.uri : resource.uriTemplate;
    if (seen.has(address)) options.report(`Resource "${resource.name}": ${address} is defined twice.`);
    seen.add(address);
    checkAddress(resource, (problem) => options.report(`Resource "${resource.name}": ${problem}`));
  }
}

/** Checks names, texts and arguments of prompts. */
export function checkPrompts(prompts: readonly AnyPrompt<never>[], options: CheckOptions): void {
  checkNames('Prompt', prompts, options);
  for (const prompt of prompts) {
    const report: Report = (problem) => options.report(`Prompt "${prompt.name}": ${problem}`);
    checkSchema(prompt.input, { side: 'input', rules: options.rules, report });
  }
}

function checkSchema(schema: Schema, { side, rules, report }: CheckOptions & { side: 'input' | 'output' }): void {
  try {
    const json = memoiseSchema(schema)[side];
    if (rules === 'protocol') return;
    checkPortable(json, (problem) => report(`its ${side} schema ${problem}`));
    const properties = json['properties'];
    if (side === 'input' && isJsonObject(properties) && reservedArgument in properties) {
      report(`the argument ${reservedArgument} is reserved by every Trellis server.`);
    }
  } catch (error) {
    report(`its ${side} schema has no JSON Schema form: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkAddress(resource: AnyResource<never>, report: Report): void {
  if ('uri' in resource) {
    if (!URL.canParse(resource.uri)) report(`"${resource.uri}" is not a URI.`);
    return;
  }
  try {
    parseUriTemplate(resource.uriTemplate);
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
  }
}
