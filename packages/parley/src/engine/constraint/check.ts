import { compileForm } from './compile-form.ts';

const REMEMBERED = 256;

/** Compiles forms away from the engine's thread, so that it only ever sees ones that compile. */
export class OutputFormChecker {
  readonly #accepted = new Set<string>();

  /** `json` is an OutputForm. Throws an ApiError 400 that names the place at fault. */
  check(json: string): void {
    if (this.#accepted.has(json)) return;
    compileForm(json);
    if (this.#accepted.size >= REMEMBERED) this.#accepted.clear();
    this.#accepted.add(json);
  }
}
