/** What may not stand in a text that a model reads, and why. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  // Format, private-use, unassigned and lone surrogate characters hide text from people, not from models.
  [/[\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u, 'holds a hidden character'],
  [/[^\P{Cc}\n]/u, 'holds a control character'],
  [/<\/?[a-z][^>]*>/i, 'holds markup'],
  [/\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|previous|prior|above|other|all|rule|tool|user)/i, 'gives the model orders'],
  [
    /\b(system prompt|do not (tell|mention|reveal)|don't (tell|mention|reveal)|without (telling|asking) the user)\b/i,
    'gives the model orders',
  ],
  [/\b(you must|always (call|use)|never (call|use) (any )?other|before (any|every) other tool)\b/i, 'gives the model orders'],
  [/\bIMPORTANT\b|!!/, 'shouts'],
];

const saysWhen = /\b(use|call|when|before|after|instead|first)\b/i;
const maxLength = 200;

/** What is wrong with a text for models, one line each. */
export function textProblems(text: string): string[] {
  return forbidden.flatMap(([pattern, why]) => (pattern.test(text) ? [why] : []));
}

/** What is wrong with the description of a tool: the rules of every text, its length, addresses, and that it says when to use the tool. */
export function descriptionProblems(description: string | undefined): string[] {
  if (description === undefined || description.trim() === '') return ['is missing'];
  const problems = textProblems(description);
  if (description.length > maxLength)
    problems.push(`has ${String(description.length)} characters; at most ${String(maxLength)} are allowed`);
  if (/\b(https?|ftp|file):\/\//i.test(description)) problems.push('holds a URL');
  if (!saysWhen.test(description)) problems.push('does not say when to use the tool');
  return problems;
}
