export { countTokens, type TokenCounter } from './count-tokens.ts';
