export { createSessionMemory } from './create-session-memory.ts';
export type {
  CompactOptions,
  Compaction,
  NewTurn,
  Recollection,
  SessionFacts,
  SessionMemory,
  Summarise,
  SummaryRequest,
  Turn,
} from './session-memory.ts';
export { type SessionMemoryOptions } from './settings.ts';
