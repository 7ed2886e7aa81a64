const everyMs = 500;

/**
 * Calls `onGone` once when the process that started this one is gone. npm passes SIGTERM to the shell between it and us, and the shell
 * dies of it without a word.
 */
export function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
}
