export { boundedText, type BoundedTextOptions } from './bounded-text.ts';
export { byteSize, type ByteSizeOptions } from './byte-size.ts';
export { cursorParam } from './cursor-param.ts';
export { durationMs, type DurationOptions } from './duration-ms.ts';
export { explainIssues, type ExplainOptions } from './explain-issues.ts';
export { identifier, type IdentifierOptions } from './identifier.ts';
export { limitParam, type LimitParamOptions } from './limit-param.ts';
export { showValue, showWord } from './show-value.ts';
export { type UnitNumber } from './unit-number.ts';
