import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parseMeasurements } from './measure/measurement.ts';
import { renderMeasurements } from './measure/render-measurements.ts';
import { repositoryRoot } from './repository-root.ts';
import { runStep, stopOnSignals } from './run-step.ts';
import { jestFlags } from './steps.ts';

/**
 * `npm run soak [-- paths] [benchmarks[:name,...]]`: the tests at full size (`SOAK=1`) and the benchmarks, all or the named. Suites append
 * what they measured to the file named by `SOAK_MEASUREMENTS`, one JSON object a line; docs/reference/measurements.md is written from it.
 */
const limitMs = 2 * 60 * 60_000;
const page = join(repositoryRoot, 'docs/reference/measurements.md');
const folder = await mkdtemp(join(tmpdir(), 'trellis-soak-'));
const file = join(folder, 'measurements.jsonl');
const env = { SOAK: '1', SOAK_MEASUREMENTS: file };
const named = process.argv.slice(2);
const [benchmarks] = named.filter((name) => /^benchmarks(:|$)/.test(name));
const paths = named.filter((name) => name !== benchmarks);
const benchmarkNames = benchmarks?.split(':')[1]?.split(',') ?? [];
const print = (text: string): void => void process.stdout.write(text);

stopOnSignals();
try {
  await writeFile(file, '');
  const runs = [
    ...(named.length === 0 || paths.length > 0
      ? [{ name: 'tests', args: [...jestFlags, '--ci', '--testTimeout=3600000', ...paths], env, limitMs, isStreamed: true }]
      : []),
    ...(named.length === 0 || benchmarks !== undefined
      ? [
          {
            name: 'benchmarks',
            args: ['--conditions=@trellis-mcp/source', 'benchmarks/main.ts', ...benchmarkNames],
            env,
            limitMs,
            isStreamed: true,
          },
        ]
      : []),
  ];
  for (const run of runs) if ((await runStep(run, print)).failed > 0) process.exitCode = 1;
  await writePage(await readFile(file, 'utf8'));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function writePage(lines: string): Promise<void> {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const machine = `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${memory} GiB, ${platform()} ${arch()}, Node ${process.versions.node}`;
  const setting = { date: new Date().toISOString().slice(0, 10), machine, isPart: named.length > 0 };
  const text = renderMeasurements(await readFile(page, 'utf8'), parseMeasurements(lines), setting);
  await writeFile(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
}
