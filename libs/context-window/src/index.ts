export { contextWindow, type ContextWindowOptions } from './context-window.ts';
