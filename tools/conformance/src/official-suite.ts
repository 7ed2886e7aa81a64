import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { judgeSuite, type SuiteCheck } from './judge-suite.ts';
import type { Outcome } from './outcome.ts';
import { runCommand } from './run-command.ts';

const suite = join(dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js');

/** A dated protocol revision that the suite has a requirement set for. */
export type Revision = '2025-11-25' | '2026-07-28';

/** Which scenarios of a revision's requirement set count, and how many there must be. */
export interface Required {
  readonly revision: Revision;
  readonly count: number;
  /** Of the set's unscored scenarios: they count too. */
  readonly unscored?: readonly string[];
}

/** Runs everything that a revision requires of a server. */
export async function runRequirements(url: string, { revision, count, unscored = [] }: Required): Promise<Omit<Outcome, 'name'>> {
  const required = [...(await listRequired(revision)), ...unscored];
  const { code, scenarios, output } = await readRun(url, revision);
  const verdict = judgeSuite(scenarios, { required, count: count + unscored.length });
  if (code === 0 || !verdict.isOk) return verdict;
  return { isOk: false, summary: `${verdict.summary}\n         the suite ended with code ${String(code)}: ${output.slice(-1000)}` };
}

/** Runs what a revision requires of a server, and judges a part of the scenarios: the others need tools that only a fixture has. */
export async function runScenarios(url: string, revision: Revision, required: readonly string[]): Promise<Omit<Outcome, 'name'>> {
  const { scenarios } = await readRun(url, revision);
  return judgeSuite(scenarios, { required, count: required.length });
}

async function listRequired(revision: Revision): Promise<string[]> {
  const { stdout } = await runCommand(suite, ['list', '--requirements', revision]);
  const server = /Server scenarios[^\n]*\n((?: {2}- \S+\n)*)/.exec(stdout)?.[1] ?? '';
  return [...server.matchAll(/- (\S+)/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

interface SuiteRun {
  readonly code: number | null;
  readonly output: string;
  readonly scenarios: ReadonlyMap<string, readonly SuiteCheck[]>;
}

/** Runs the suite with its results in a folder, `server-<scenario>-<time>/checks.json`. */
async function readRun(url: string, revision: Revision): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-conformance-'));
  try {
    const { code, stdout, stderr } = await runCommand(suite, ['server', '--url', url, '--requirements', revision, '--output-dir', folder], {
      cwd: folder,
      timeoutMs: 300_000,
    });
    const scenarios = new Map<string, readonly SuiteCheck[]>();
    for (const path of await readdir(folder, { recursive: true })) {
      const name = /(?:^|[\\/])server-(.+)-\d{4}-\d{2}-\d{2}T[^\\/]*[\\/]checks\.json$/.exec(path)?.[1];
      if (name !== undefined) scenarios.set(name, readChecks(await readFile(join(folder, path), 'utf8')));
    }
    return { code, output: stdout + stderr, scenarios };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function readChecks(json: string): SuiteCheck[] {
  const checks: unknown = JSON.parse(json);
  if (!Array.isArray(checks) || !checks.every(isCheck)) throw new Error('The suite wrote checks of an unknown shape.');
  return checks;
}

function isCheck(value: unknown): value is SuiteCheck {
  return typeof value === 'object' && value !== null && 'id' in value && 'status' in value && typeof value.status === 'string';
}
