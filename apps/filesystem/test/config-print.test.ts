import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { connect } from '@trellis-mcp/client';
import { spawnProbe } from '@trellis-mcp/test-services';
import { entryCommand } from '@trellis-mcp/testing';
import { z } from 'zod';

const block = z.object({
  mcpServers: z.object({ 'trellis-filesystem': z.object({ command: z.string(), args: z.array(z.string()) }) }),
});

it('prints a block that serves the folders named beside the command, from wherever it is started', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'trellis-print-')));
  try {
    for (const name of ['project', 'my notes, old', 'other']) await mkdir(join(folder, name));
    const words = ['./project', 'config', 'print', '--client', 'claude-code', './my notes, old', '--root', 'third=./other', '--write'];
    const { command, args } = entryCommand(new URL('../src/main.ts', import.meta.url), words);
    await using printed = await spawnProbe(command, args, { cwd: folder });
    expect(await printed.exit).toEqual({ code: 0, signal: null });
    const { 'trellis-filesystem': entry } = block.parse(JSON.parse(printed.stdout)).mcpServers;
    await using connection = await connect({ stdio: { ...entry, cwd: tmpdir() } });
    const { data } = await connection.callTool('list_roots');
    expect(data).toMatchObject({
      roots: [
        { name: 'third', uri: `file://${folder}/other`, writable: true },
        { name: 'project', uri: `file://${folder}/project`, writable: true },
        { name: 'my-notes--old', uri: `file://${folder}/my%20notes,%20old`, writable: true },
      ],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
