import type { Client, RequestOptions } from '@modelcontextprotocol/client';
import { AppError } from '@trellis-mcp/errors';

const maxSubscriptions = 1000;

/** A running subscription; closing it twice does no harm. */
export interface Subscription extends AsyncDisposable {
  close(): Promise<void>;
  /** Resolves when it ended, by {@link Subscription.close} or by the server. */
  readonly closed: Promise<void>;
}

interface Listener {
  readonly uris: ReadonlySet<string>;
  readonly onUpdate: (uri: string) => void;
  /** Of an older server, which has no stream that could end. */
  readonly ended: PromiseWithResolvers<undefined>;
}

/** Delivers updates of resources in both eras: `subscriptions/listen` or `resources/subscribe`. */
export class Subscriptions {
  readonly #client: Client;
  readonly #listeners = new Map<symbol, Listener>();

  /** @param closed Resolves when the connection ended, and every subscription with it. */
  constructor(client: Client, closed: Promise<void>) {
    this.#client = client;
    void closed.then(() => {
      for (const { ended } of this.#listeners.values()) ended.resolve(undefined);
      this.#listeners.clear();
    });
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      for (const { uris, onUpdate } of this.#listeners.values()) if (uris.has(params.uri)) onUpdate(params.uri);
    });
  }

  async open(uris: readonly string[], onUpdate: (uri: string) => void, options: RequestOptions): Promise<Subscription> {
    if (this.#listeners.size >= maxSubscriptions) {
      throw new AppError('LIMIT', `A connection holds at most ${String(maxSubscriptions)} subscriptions.`, { hint: 'Close one first.' });
    }
    const key = Symbol('subscription');
    const listener: Listener = { uris: new Set(uris), onUpdate, ended: Promise.withResolvers<undefined>() };
    this.#listeners.set(key, listener);
    try {
      return this.#client.getProtocolEra() === 'modern'
        ? await this.#listen(key, uris, options)
        : await this.#subscribe(key, listener, options);
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

  async #subscribe(key: symbol, { uris, ended }: Listener, options: RequestOptions): Promise<Subscription> {
    const done: string[] = [];
    const close = async (): Promise<void> => {
      if (!this.#listeners.delete(key)) return;
      const orphaned = done.filter((uri) => !this.#hasListener(uri));
      await Promise.allSettled(orphaned.map((uri) => this.#client.unsubscribeResource({ uri }, { timeout: 2000 })));
      ended.resolve(undefined);
    };
    try {
      for (const uri of uris) {
        await this.#client.subscribeResource({ uri }, options);
        done.push(uri);
      }
    } catch (error) {
      void close();
      throw error;
    }
    return { close, closed: ended.promise, [Symbol.asyncDispose]: close };
  }

  #hasListener(uri: string): boolean {
    return [...this.#listeners.values()].some(({ uris }) => uris.has(uri));
  }
}
