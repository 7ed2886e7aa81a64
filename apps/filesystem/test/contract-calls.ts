import type { SampleCall } from '@trellis-mcp/testing';
import type { ContractGround } from './contract-ground.ts';

type Taking = Pick<ContractGround, 'takeFile' | 'takeTrashed'>;

/** A call of each tool. What can be done once only is done to another file each time. */
export function callsOf(ground: Taking): readonly SampleCall[] {
  return [
    { tool: 'list_roots' },
    { tool: 'read_file', args: { path: 'README.md' } },
    { tool: 'read_files', args: { paths: ['README.md', 'many/one-1.md'], limit: 3 } },
    { tool: 'list_directory', args: { path: 'docs', sort: 'size' } },
    { tool: 'tree', args: { path: 'docs' } },
    { tool: 'find_files', args: { path: '.', glob: '*.md' } },
    { tool: 'search_text', args: { path: '.', pattern: 'ferry' } },
    { tool: 'stat', args: { path: 'README.md' } },
    { tool: 'write_file', args: { path: 'written.md', content: 'whole\n' } },
    { tool: 'edit_file', args: { path: 'README.md', edits: [{ oldText: 'noon', newText: 'one' }], dryRun: true } },
    { tool: 'copy', args: { from: 'README.md', to: 'copied.md', overwrite: true } },
    { tool: 'make_directory', args: { path: 'made/deep' } },
    {
      tool: 'move',
      get args() {
        const from = ground.takeFile();
        return { from, to: `moved/${from}` };
      },
    },
    {
      tool: 'delete',
      get args() {
        return { path: ground.takeFile() };
      },
    },
    {
      tool: 'restore',
      get args() {
        return { trashId: ground.takeTrashed() };
      },
    },
  ];
}

/** A call of each official tool whose answer has a text; that of `read_media_file` is media alone, as the official one is. */
export function officialCallsOf(ground: Taking): readonly SampleCall[] {
  return [
    { tool: 'list_allowed_directories' },
    { tool: 'read_file', args: { path: 'README.md', head: 2 } },
    { tool: 'read_text_file', args: { path: 'README.md', tail: 2 } },
    { tool: 'read_multiple_files', args: { paths: ['README.md', 'many/one-1.md'] } },
    { tool: 'list_directory', args: { path: 'docs' } },
    { tool: 'list_directory_with_sizes', args: { path: 'docs', sortBy: 'size' } },
    { tool: 'directory_tree', args: { path: 'docs' } },
    { tool: 'search_files', args: { path: '.', pattern: '*.md', excludePatterns: ['many'] } },
    { tool: 'get_file_info', args: { path: 'README.md' } },
    { tool: 'write_file', args: { path: 'written.md', content: 'whole\n' } },
    { tool: 'edit_file', args: { path: 'README.md', edits: [{ oldText: 'noon', newText: 'one' }], dryRun: true } },
    { tool: 'create_directory', args: { path: 'made/deep' } },
    {
      tool: 'move_file',
      get args() {
        const source = ground.takeFile();
        return { source, destination: `moved/${source}` };
      },
    },
  ];
}
