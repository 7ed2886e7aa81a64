import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from './repository.ts';

/**
 * The licences of the packages that a bundle carries, as one Markdown page: most of them ask to go with every copy.
 *
 * @throws Error when a package names no licence.
 */
export async function collectLicenses(names: readonly string[]): Promise<string> {
  const sections = await Promise.all(names.map(describePackage));
  return ['# Third-party licences', 'This package carries code of:', ...sections].join('\n\n') + '\n';
}

async function describePackage(name: string): Promise<string> {
  const folder = join(repositoryRoot, 'node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string; license?: string };
  if (license === undefined) throw new Error(`${name} names no licence.`);
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? 'The package brings no licence text.' : await readFile(join(folder, file), 'utf8');
  return `## ${name} ${version} (${license})\n\n\`\`\`text\n${text.trim()}\n\`\`\``;
}
