/**
 * Words, each as a pattern, that make a sentence a warning: duties and bans, what cannot be taken back, what is secret or untrusted, bounds,
 * and failures. Rather too many than too few: a sentence kept costs tokens, a warning cut costs data. What a word begins with is bounded: a
 * line of underscores would take time that grows with the square of its length.
 */
const words = [
  // Duties and bans.
  "musts?|shall|should|never|always|only|requir(?:e|es|ed|ing)|mandatory|avoid\\w*|not|no|none|nor|cannot|\\w{1,32}n't|dont|cant|wont|mustnt",
  'forbid\\w*|prohibit\\w*|disallow\\w*|refus\\w*|den(?:y|ies|ied)|reject\\w*|illegal\\w*|instead|rather|stop|ensure\\w*|make sure|confirm\\w*',
  // What cannot be taken back.
  'destroy\\w*|destruct\\w*|delet\\w*|remov\\w*|eras\\w*|overwrit\\w*|replac\\w*|drop\\w*|truncat\\w*|purg\\w*|wip\\w*|revert\\w*',
  'irrevers\\w*|permanent\\w*|undo\\w*|lose\\w*|losing|loss|lost|kill\\w*|terminat\\w*|shut\\w*|reset\\w*|restart\\w*|modif\\w*|writ(?:e|es|ten)',
  'publish\\w*|send\\w*|sent|transfer\\w*|pay\\w*|paid|charg\\w*|cost\\w*|bill\\w*|spend\\w*|buy\\w*|production|live',
  // Danger, secrets, trust.
  'warn\\w*|caution\\w*|careful\\w*|bewar\\w*|danger\\w*|hazard\\w*|risk\\w*|harm\\w*|unsafe\\w*|secur\\w*|attack\\w*|inject\\w*|exploit\\w*|malicious',
  'important\\w*|attention|critical\\w*|crucial\\w*|note|nb|remember|mind',
  'secret\\w*|password\\w*|credential\\w*|sensitiv\\w*|confidential\\w*|privat\\w*|personal\\w*|\\w{0,32}trust\\w*|privileg\\w*|admin\\w*|sudo|api keys?',
  // Bounds that a schema may not say.
  'at most|at least|up to|max\\w*|min|minim\\w*|limit\\w*|exceed\\w*|more than|less than|fewer than|before|unless|except\\w*|without|otherwise',
  // Failures and the end of things.
  'deprecat\\w*|obsolete|expir\\w*|fail\\w*|error\\w*|throw\\w*|invalid\\w*|unsupported|experimental|unstable|timeout\\w*|slow\\w*|expensive\\w*',
  'lock\\w*|block\\w*|break\\w*|broken|corrupt\\w*|crash\\w*|impossible|unavailable|incomplete',
];
const warning = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])|[⚠☠⛔🚫❗‼🛑]`, 'iu');
const foreignLetter = /[^\P{L}A-Za-z]/u;
const invisible = /\p{Cf}/gu;

/**
 * Whether a sentence carries a warning, so that {@link fitTools} never cuts it. The rule knows English words; a sentence with letters beyond
 * A to Z counts as a warning, since it cannot be judged.
 */
export function isWarning(sentence: string): boolean {
  const text = sentence.normalize('NFKC').replaceAll(invisible, '').replaceAll('’', "'");
  return warning.test(text) || foreignLetter.test(text);
}
