import type { Described } from '../define.ts';
import type { Report } from './problems.ts';

/** Tools that `libs/server` itself may add to every app. */
export const reservedTools: ReadonlySet<string> = new Set([
  'health_check',
  'open_memory',
  'recall_memory',
  'search_tools',
  'describe_tool',
  'call_tool',
]);

/** The argument that session memory takes away before a tool sees its input. */
export const reservedArgument = 'memoryId';

const houseName = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const protocolName = /^[A-Za-z0-9_./-]{1,128}$/;
const maxName = 32;
const maxDescription = 200;

/** How strictly names are checked. */
export type Rules = 'house' | 'protocol';

/** Checks the names and texts of a list of tools, resources or prompts; names must be unique. */
export function checkNames(kind: string, items: readonly Described[], { rules, report }: { rules: Rules; report: Report }): void {
  const seen = new Set<string>();
  for (const item of items) {
    if (seen.has(item.name)) report(`${kind} "${item.name}" is defined twice.`);
    seen.add(item.name);
    for (const problem of rules === 'house' ? houseProblems(item) : protocolProblems(item)) report(`${kind} "${item.name}" ${problem}`);
    if (item.timeoutMs !== undefined && !isDelay(item.timeoutMs)) report(`${kind} "${item.name}" has a timeoutMs outside 1 to 2^31-1.`);
  }
}

function* houseProblems(item: Described): Generator<string> {
  if (!houseName.test(item.name) || item.name.length > maxName) yield `must be named in snake_case with at most ${maxName} characters.`;
  if (reservedTools.has(item.name)) yield 'has a name that every Trellis server reserves.';
  if (item.title.trim() === '') yield 'needs a title.';
  if (item.description.trim() === '') yield 'needs a description that says when to use it.';
  if (item.description.length > maxDescription) {
    yield `has a description of ${item.description.length} characters; at most ${maxDescription} are allowed.`;
  }
}

function* protocolProblems(item: Described): Generator<string> {
  if (!protocolName.test(item.name)) yield 'must be named with 1 to 128 of A-Z a-z 0-9 _ - . /';
}

function isDelay(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 1 && ms < 2 ** 31;
}
