import type { Client, ClientCapabilities, ListChangedHandlers } from '@modelcontextprotocol/client';
import type { ConnectOptions, ListKind } from './connect-options.ts';

/** The capabilities that the given handlers stand for. */
export function capabilitiesOf({ onAsk, onSample, roots }: ConnectOptions): ClientCapabilities {
  return {
    ...(onAsk === undefined ? {} : { elicitation: { form: {}, url: {} } }),
    ...(onSample === undefined ? {} : { sampling: {} }),
    ...(roots === undefined ? {} : { roots: {} }),
  };
}

/** The `listChanged` option of the SDK client; notifications are passed on at once and nothing is fetched. */
export function listChangedOf({ onListChanged }: ConnectOptions): ListChangedHandlers | undefined {
  if (onListChanged === undefined) return undefined;
  const tell = (kind: ListKind) => ({
    autoRefresh: false,
    debounceMs: 0,
    onChanged: () => {
      onListChanged(kind);
    },
  });
  return { tools: tell('tools'), prompts: tell('prompts'), resources: tell('resources') };
}

/** Registers the handlers on a client that is not connected yet. In both eras the SDK routes the server's questions to them. */
export function installFeatures(client: Client, { onAsk, onSample, roots, onLog }: ConnectOptions): void {
  if (onAsk !== undefined)
    client.setRequestHandler('elicitation/create', (request, context) => onAsk(request.params, context.mcpReq.signal));
  if (onSample !== undefined) {
    client.setRequestHandler('sampling/createMessage', (request, context) => onSample(request.params, context.mcpReq.signal));
  }
  if (roots !== undefined) client.setRequestHandler('roots/list', () => ({ roots: [...roots] }));
  if (onLog !== undefined)
    client.setNotificationHandler('notifications/message', (notification) => {
      onLog(notification.params);
    });
}
