import type { AppError } from '@trellis-mcp/errors';

/** Ends a call before its time: at a deadline, a cancellation or a drain. Makes an AbortSignal only for a handler that reaches for it. */
export class Stopper {
  #reason: AppError | undefined;
  #controller: AbortController | undefined;
  #onStop: ((reason: AppError) => void) | undefined;

  /** Why the call was stopped; undefined while it may run. */
  get reason(): AppError | undefined {
    return this.#reason;
  }

  /** Aborts with {@link Stopper.reason}. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Stops the call; the first reason stays. */
  stop(reason: AppError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#onStop?.(reason);
  }

  /** Settles as the work does, or rejects with the reason as soon as the call is stopped: work that ignores its signal is left behind. */
  race<Value>(work: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) {
        reject(this.#reason);
        return;
      }
      this.#onStop = reject;
      work().then(resolve, reject);
    });
  }
}
