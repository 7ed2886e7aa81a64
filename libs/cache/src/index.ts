export { cache, type CacheOptions } from './cache.ts';
