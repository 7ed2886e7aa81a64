import { type Connection, connect, type ConnectOptions } from '@trellis-mcp/client';
import { entryCommand } from './entry.ts';

/** How {@link spawnServer} starts and speaks. */
export interface SpawnOptions extends ConnectOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly onStderr?: (text: string) => void;
}

/** Starts the entry of a server over stdio and connects; closing the connection ends the process. */
export async function spawnServer(
  entry: URL | string,
  { args = [], env, cwd, onStderr, ...options }: SpawnOptions = {},
): Promise<Connection> {
  const stdio = { ...entryCommand(entry, args), ...(env && { env }), ...(cwd !== undefined && { cwd }), ...(onStderr && { onStderr }) };
  return await connect({ stdio }, options);
}
