import { join } from 'node:path';
import { formatFiles, generateFiles, type Tree } from '@nx/devkit';
import { nameForms } from '../project-files.ts';

/** Answers of `nx g @trellis-mcp/tool-workspace:tool`. */
export interface ToolOptions {
  /** Folder under apps/. */
  app: string;
  /** Snake or kebab case. */
  name: string;
}

/** Writes a tool with its test and adds it to the server's list. */
export async function generateTool(tree: Tree, { app, name }: ToolOptions): Promise<void> {
  const root = `apps/${app}/src/tools`;
  const list = tree.read(`${root}/index.ts`, 'utf8');
  if (list === null) throw new Error(`There is no ${root}/index.ts.`);
  const forms = nameForms(name);
  if (tree.exists(`${root}/${forms.name}.ts`)) throw new Error(`${root}/${forms.name}.ts exists already.`);
  generateFiles(tree, join(import.meta.dirname, 'files'), root, forms);
  tree.write(`${root}/index.ts`, addToList(list, forms));
  await formatFiles(tree);
}

/**
 * Adds an import in front and an item at the end of `export const tools = [...]`.
 *
 * @throws Error when the text holds no such list.
 */
export function addToList(text: string, { name, camelName }: { name: string; camelName: string }): string {
  const list = /(?<start>export const tools\b[^=]*=\s*\[)(?<items>[^\]]*?),?(?<end>\s*\])/;
  const groups = list.exec(text)?.groups;
  if (!groups) throw new Error('The list of tools is not of the form `export const tools = [...]`.');
  const { start = '', items = '', end = '' } = groups;
  const extended = `${start}${items.trim() === '' ? '' : `${items}, `}${camelName}${end}`;
  return `import { ${camelName} } from './${name}.ts';\n${text.replace(list, () => extended)}`;
}
