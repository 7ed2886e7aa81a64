/** The caches of other projects behind one face. It is copied beside their packages, so that these imports find them. */
import KeyvRedis from '@keyv/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import { Cacheable, CacheableMemory } from 'cacheable';
import { Redis } from 'ioredis';
import { Keyv } from 'keyv';

/** Longer than any benchmark takes. */
const ttl = 600_000;
const maxItems = 20_000;

/** Both give out the same object on each hit, which is the fastest they can. */
const bentoMemory = () => memoryDriver({ maxItems, serialize: false });
const cacheableMemory = () => new Keyv({ store: new CacheableMemory({ useClone: false, lruSize: maxItems }), useKeyPrefix: false });
/** Waits for an answer as long as `openRedis` does. */
const limits = { commandTimeout: 2_000, connectTimeout: 5_000, enableOfflineQueue: true };
const bentoRedis = (url, options = limits) => redisDriver({ connection: new Redis(url, options), prefix: 'bento' });
const cacheableRedis = (url) => new Keyv({ store: new KeyvRedis(url), namespace: 'cacheable' });

export function openInMemory() {
  return [fromBento(bentostore().useL1Layer(bentoMemory())), fromCacheable({ primary: cacheableMemory() })];
}

export function openOnRedis(url) {
  return [
    fromBento(bentostore().useL2Layer(bentoRedis(url))),
    // As it comes: a Redis that hangs holds a call up for as long as it likes.
    { ...fromBento(bentostore().useL2Layer(bentoRedis(url, {}))), name: 'bentocache 1.6 without a time limit' },
    fromCacheable({ primary: cacheableRedis(url) }),
  ];
}

export function openOnBoth(url) {
  return [
    fromBento(bentostore().useL1Layer(bentoMemory()).useL2Layer(bentoRedis(url))),
    fromCacheable({ primary: cacheableMemory(), secondary: cacheableRedis(url) }),
  ];
}

function fromBento(store) {
  const bento = new BentoCache({ default: 'only', ttl, stores: { only: store } });
  return {
    name: 'bentocache 1.6',
    get: (key) => bento.get({ key }),
    set: (key, value) => bento.set({ key, value }),
    getOrLoad: (key, load) => bento.getOrSet({ key, factory: load }),
    close: () => bento.disconnectAll(),
  };
}

function fromCacheable(stores) {
  const cacheable = new Cacheable({ ttl, ...stores });
  return {
    name: 'cacheable 2.5',
    get: (key) => cacheable.get(key),
    set: (key, value) => cacheable.set(key, value),
    getOrLoad: (key, load) => cacheable.getOrSet(key, load),
    close: () => cacheable.disconnect(),
  };
}
