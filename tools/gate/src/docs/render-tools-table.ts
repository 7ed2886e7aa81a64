/** What a README tells about one tool. */
export interface ToolFacts {
  name: string;
  description: string;
  hints: { readOnly?: boolean; destructive?: boolean; openWorld?: boolean };
  scopes?: readonly string[];
}

/** The tools of a server as a Markdown table, in the order of its list. */
export function renderToolsTable(tools: readonly ToolFacts[]): string {
  const rows = tools.map(({ name, description, hints, scopes = [] }) => {
    const cells = [`\`${name}\``, description, effect(hints), scopes.map((scope) => `\`${scope}\``).join(', ') || '-'];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| Tool | When to use it | Effect | Scopes |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function effect({ readOnly, destructive, openWorld }: ToolFacts['hints']): string {
  const kind = readOnly ? 'reads' : destructive ? 'destroys' : 'writes';
  return openWorld ? `${kind}, open world` : kind;
}
