import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine, installPackages } from './install-packages.ts';

/** Where the programs of other projects were installed. */
export interface Peers {
  /** Script of DBHub. */
  readonly dbhub: string;
  /** Binary of MCP Toolbox for Databases. */
  readonly toolbox: string;
}

/** What is measured beside Trellis; no dependency of this repository. */
const peerVersions = { '@bytebase/dbhub': '1.4.0', '@toolbox-sdk/server': '1.12.0' } as const;

/** Installs the peers (about 450 MB), or says why not. */
export async function installPeers(): Promise<Peers | { readonly missing: string }> {
  const installed = await installPackages('trellis-peers', peerVersions);
  if ('missing' in installed) return installed;
  const platform = `${process.platform}-${process.arch}`;
  const peers: Peers = {
    dbhub: join(installed.modules, '@bytebase/dbhub/dist/index.js'),
    toolbox: join(installed.modules, `@toolbox-sdk/server-${platform}/bin/toolbox`),
  };
  try {
    await chmod(peers.toolbox, 0o755);
    return peers;
  } catch (error) {
    return { missing: `MCP Toolbox has no program for ${platform} (${firstLine(error)}).` };
  }
}
