import { type Connection, connect, type ConnectOptions } from '@trellis-mcp/client';
import { openSecretWatch } from '@trellis-mcp/test-services';
import { compileCache, entryCommand } from './entry.ts';

/** How {@link spawnServer} starts and speaks. */
export interface SpawnOptions extends ConnectOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly onStderr?: (text: string) => void;
}

/** Starts the entry of a server over stdio and connects; closing the connection ends the process, and rejects when its log held a token or a key. */
export async function spawnServer(
  entry: URL | string,
  { args = [], env, cwd, onStderr, ...options }: SpawnOptions = {},
): Promise<Connection> {
  const watch = openSecretWatch('The log');
  const hear = (text: string): void => {
    watch.write(text);
    onStderr?.(text);
  };
  const stdio = { ...entryCommand(entry, args), env: { ...compileCache, ...env }, ...(cwd !== undefined && { cwd }), onStderr: hear };
  const connection = await connect({ stdio }, options);
  const close = async (): Promise<void> => {
    await connection.close();
    watch.check();
  };
  return { ...connection, close, [Symbol.asyncDispose]: close };
}
