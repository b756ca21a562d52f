import type { ApiError } from '@parley/protocol';
import type { HostUpdate } from './messages.ts';

/** From the engine's steps to one reader. Its length is bounded by the tokens of the call. */
export class UpdateQueue {
  #items: HostUpdate[] = [];
  #error: ApiError | undefined;
  #wake: (() => void) | undefined;

  push(update: HostUpdate): void {
    this.#items.push(update);
    this.#wake?.();
  }

  /** What has come already is still read before the error is thrown. */
  fail(error: ApiError): void {
    this.#error ??= error;
    this.#wake?.();
  }

  /** Everything that has come since the last call, at least one; throws once the call has failed. */
  async take(): Promise<HostUpdate[]> {
    while (this.#items.length === 0) {
      if (this.#error) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
