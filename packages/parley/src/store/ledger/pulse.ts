/** Repeats an action; never two at a time. A failure is told, and the action is tried again at its time. */
export class Pulse {
  readonly #action: () => Promise<void>;
  readonly #onTrouble: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(everyMs: number, action: () => Promise<void>, onTrouble: (error: unknown) => void) {
    this.#action = action;
    this.#onTrouble = onTrouble;
    this.#timer = setInterval(() => this.#beat(), everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #beat(): void {
    this.#running ??= this.#action()
      .catch(this.#onTrouble)
      .finally(() => {
        this.#running = undefined;
      });
  }
}
