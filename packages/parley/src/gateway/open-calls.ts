/** The calls that are under way, so that all of them can be ended. A set: a signal finds its listeners one by one. */
export class OpenCalls {
  readonly #ends = new Set<(reason: unknown) => void>();
  #closed: { readonly reason: unknown } | undefined;

  /** Returns how the call is taken off when it is over. Where all was ended already, so is the call. */
  add(end: (reason: unknown) => void): () => void {
    if (this.#closed) end(this.#closed.reason);
    this.#ends.add(end);
    return () => void this.#ends.delete(end);
  }

  get size(): number {
    return this.#ends.size;
  }

  /** Those that are open, and all that come later. */
  endAll(reason: unknown): void {
    this.#closed = { reason };
    for (const end of this.#ends) end(reason);
  }
}
