import { prettyFactory } from 'pino-pretty';

/** Turns JSON lines into lines for people. Control characters of values are made visible: a value must not drive the terminal. */
export function createPrettyRenderer(isColored: boolean): (line: string) => string {
  const render = prettyFactory({ colorize: isColored, ignore: 'pid,server,version', translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return (line) => render(showControls(line));
}

/** JSON escapes C0 controls as `\u00xx`: they become the control pictures U+24xx. C1 controls and DEL stand raw. */
function showControls(line: string): string {
  return line.replace(/\\u00([01][0-9a-f])/g, '\\u24$1').replace(/[\u007f-\u009f]/g, '\ufffd');
}
