import type { AppCommand } from '@trellis-mcp/server';
import type { Config } from '../config.ts';

/** The subcommand `print-role`. */
export const printRoleCommand: AppCommand<Config> = {
  name: 'print-role',
  summary: 'Print the SQL of the least role for this configuration.',
  options: [
    { name: 'role', description: 'Name of the role. Default: trellis_reader.', placeholder: 'name' },
    { name: 'source', description: 'Which of several sources.', placeholder: 'name' },
  ],
  async run(config, { role = 'trellis_reader', source }) {
    const { printRole } = await import('./print-role.ts');
    return printRole(config, { role, source });
  },
};
