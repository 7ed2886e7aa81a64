import { cutText } from '../text/cut-text.ts';

/** A notice as both drivers give it. */
export interface Notice {
  readonly severity?: string | undefined;
  readonly message?: string | undefined;
}

/** Most notices of one statement. */
const maxNotices = 20;

const maxLength = 500;

/** Adds a notice to those that a caller is shown, unless there are enough. */
export function addNotice(notices: string[], { severity = 'NOTICE', message = '' }: Notice): void {
  if (notices.length < maxNotices) {
    notices.push(`${severity}: ${cutText(message, maxLength)}`);
  }
}
