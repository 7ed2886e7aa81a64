import type { TSESLint } from '@typescript-eslint/utils';

/** One of this repository's lint rules: no options, one message per id. */
export type HouseRule = Omit<TSESLint.RuleModule<string>, 'defaultOptions'>;

interface RuleParts {
  /** The house rule in one sentence. */
  description: string;
  /** Message id to text. */
  messages: Record<string, string>;
  create: HouseRule['create'];
}

/** Wraps what differs between house rules into a full ESLint rule. */
export function createRule({ description, messages, create }: RuleParts): HouseRule {
  return { meta: { type: 'problem', docs: { description }, messages, schema: [], defaultOptions: [] }, create };
}
