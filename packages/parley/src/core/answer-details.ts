/** Longer values would crowd out the other headers. */
const MAX_VALUE = 500;

/** What an answer tells of how it came about, as response headers: those that are there when the head is sent. */
export class AnswerDetails {
  readonly #headers = new Map<string, string>();

  /** `name` in lower case; characters that no header may hold become `_`. */
  set(name: `x-parley-${string}`, value: string): void {
    this.#headers.set(name, value.replace(/[^\x20-\x7e]/g, '_').slice(0, MAX_VALUE));
  }

  headers(): Record<string, string> {
    return Object.fromEntries(this.#headers);
  }
}
