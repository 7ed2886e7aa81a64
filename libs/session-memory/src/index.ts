export { sessionMemory, type SessionMemoryOptions } from './session-memory.ts';
