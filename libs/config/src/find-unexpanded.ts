const reference = /\$\{(?:[a-z]+:)?[A-Za-z_][A-Za-z0-9_.]*(?::-[^{}]{0,200})?\}/;
const wholeReference = new RegExp(`^${reference.source}$`);

/**
 * Names the variables or arguments whose value holds a literal `${VAR}` (also `${env:VAR}`, `${input:x}`, `${VAR:-default}`): the client
 * that started the program did not expand it. An argument is named by its flag, or by its place when it has none ("argument 3").
 */
export function findUnexpanded(source: Readonly<Record<string, string | undefined>> | readonly string[]): readonly string[] {
  if (isArguments(source)) {
    return source.flatMap((argument, index) => (reference.test(argument) ? [nameArgument(source, index)] : []));
  }
  return Object.entries(source).flatMap(([name, value]) => (value !== undefined && reference.test(value) ? [name] : []));
}

/** Whether a text is nothing but a literal `${VAR}`, which no setting can mean. */
export function isUnexpanded(text: string): boolean {
  return wholeReference.test(text);
}

function isArguments(source: Readonly<Record<string, string | undefined>> | readonly string[]): source is readonly string[] {
  return Array.isArray(source);
}

function nameArgument(argv: readonly string[], index: number): string {
  const flag = /^--[a-z0-9-]+/.exec(argv[index] ?? '') ?? /^--[a-z0-9-]+$/.exec(argv[index - 1] ?? '');
  return flag?.[0] ?? `argument ${String(index + 1)}`;
}
