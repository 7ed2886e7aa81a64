import type { Client, RequestOptions } from '@modelcontextprotocol/client';
import { AppError } from '@trellis-mcp/errors';

const maxSubscriptions = 1000;

/** A running subscription; closing it twice does no harm. */
export interface Subscription extends AsyncDisposable {
  close(): Promise<void>;
  /** Resolves when it ended, by {@link Subscription.close} or by the server. */
  readonly closed: Promise<void>;
}

/** Delivers updates of resources in both eras: `subscriptions/listen` or `resources/subscribe`. */
export class Subscriptions {
  readonly #client: Client;
  readonly #listeners = new Map<symbol, { readonly uris: ReadonlySet<string>; readonly onUpdate: (uri: string) => void }>();

  constructor(client: Client) {
    this.#client = client;
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      for (const { uris, onUpdate } of this.#listeners.values()) if (uris.has(params.uri)) onUpdate(params.uri);
    });
  }

  async open(uris: readonly string[], onUpdate: (uri: string) => void, options: RequestOptions): Promise<Subscription> {
    if (this.#listeners.size >= maxSubscriptions) {
      throw new AppError('LIMIT', `A connection holds at most ${String(maxSubscriptions)} subscriptions.`, { hint: 'Close one first.' });
    }
    const key = Symbol('subscription');
    this.#listeners.set(key, { uris: new Set(uris), onUpdate });
    try {
      return this.#client.getProtocolEra() === 'modern'
        ? await this.#listen(key, uris, options)
        : await this.#subscribe(key, uris, options);
    } catch (error) {
      this.#listeners.delete(key);
      throw error;
    }
  }

  async #listen(key: symbol, uris: readonly string[], options: RequestOptions): Promise<Subscription> {
    const stream = await this.#client.listen({ resourceSubscriptions: [...uris] }, options);
    const closed = stream.closed.then(() => void this.#listeners.delete(key));
    const close = async (): Promise<void> => {
      await stream.close();
      await closed;
    };
    return { close, closed, [Symbol.asyncDispose]: close };
  }

  async #subscribe(key: symbol, uris: readonly string[], options: RequestOptions): Promise<Subscription> {
    for (const uri of uris) await this.#client.subscribeResource({ uri }, options);
    const end = Promise.withResolvers<undefined>();
    const close = async (): Promise<void> => {
      if (!this.#listeners.delete(key)) return;
      const orphaned = uris.filter((uri) => !this.#hasListener(uri));
      await Promise.allSettled(orphaned.map((uri) => this.#client.unsubscribeResource({ uri }, { timeout: 2000 })));
      end.resolve(undefined);
    };
    return { close, closed: end.promise, [Symbol.asyncDispose]: close };
  }

  #hasListener(uri: string): boolean {
    return [...this.#listeners.values()].some(({ uris }) => uris.has(uri));
  }
}
