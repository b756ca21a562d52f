import { compile } from '@parley/constrain';
import { constraintFailure } from './errors.ts';
import type { OutputForm } from './output-form.ts';

const REMEMBERED = 256;

/** Compiles forms away from the engine's thread, so that it only ever sees ones that compile. */
export class OutputFormChecker {
  readonly #accepted = new Set<string>();

  /** `json` is an OutputForm. Throws an ApiError 400 that names the place at fault. */
  check(json: string): void {
    if (this.#accepted.has(json)) return;
    const { constraint, options, param } = JSON.parse(json) as OutputForm;
    try {
      compile(constraint, options);
    } catch (error) {
      throw constraintFailure(error, param);
    }
    if (this.#accepted.size >= REMEMBERED) this.#accepted.clear();
    this.#accepted.add(json);
  }
}
