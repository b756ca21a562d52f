/** Hands items from several givers to one taker, each giver waiting until his item was taken: nothing piles up. */
export class Handover<T> {
  readonly #offered: { readonly item: T; readonly taken: () => void }[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  /** Resolves when the item was taken, or nobody will take it any more. */
  give(item: T): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((taken) => {
      this.#offered.push({ item, taken });
      this.#wake?.();
    });
  }

  /** The next item. */
  async take(): Promise<T> {
    for (;;) {
      const next = this.#offered.shift();
      if (next !== undefined) {
        next.taken();
        return next.item;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** Lets all go who wait. */
  close(): void {
    this.#closed = true;
    for (const { taken } of this.#offered.splice(0)) taken();
  }
}
