import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

const maxEntries = 10_000;

interface Entry {
  payload: AdapterPayload;
  expiresAt: number;
}

/**
 * Keeps what an identity provider knows in memory, at most 10,000 things, oldest out first. It outlives the provider object, which is
 * made anew when keys rotate. The scopes of a dynamically registered client are dropped: clients register the scopes of their first
 * request, and would be refused every later one.
 */
export function createIdentityAdapter(): AdapterFactory {
  const entries = new Map<string, Entry>();
  return (model) => new MemoryAdapter(model, entries);
}

class MemoryAdapter implements Adapter {
  readonly #model: string;
  readonly #entries: Map<string, Entry>;

  constructor(model: string, entries: Map<string, Entry>) {
    this.#model = model;
    this.#entries = entries;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const { scope, ...rest } = payload;
    const kept = this.#model === 'Client' || scope === undefined ? rest : payload;
    this.#entries.set(this.#key(id), { payload: kept, expiresAt: expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000 });
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size > maxEntries) this.#entries.delete(oldest);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const entry = this.#entries.get(this.#key(id));
    return entry === undefined || entry.expiresAt <= Date.now() ? undefined : entry.payload;
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#findWhere((payload) => payload.uid === uid);
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#findWhere((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const payload = await this.find(id);
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    this.#entries.delete(this.#key(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, { payload }] of this.#entries) if (payload.grantId === grantId) this.#entries.delete(key);
  }

  async #findWhere(matches: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> {
    for (const [key, { payload, expiresAt }] of this.#entries) {
      if (key.startsWith(`${this.#model}:`) && expiresAt > Date.now() && matches(payload)) return payload;
    }
    return undefined;
  }

  #key(id: string): string {
    return `${this.#model}:${id}`;
  }
}
