import type { PackedPrompt, Prepared } from '../prompt/request.ts';
import type { Prompts } from './prompts.ts';

/** Some hundred thousand tokens. */
const LONG_BYTES = 2 ** 20;

/**
 * Two workers for prompts, the second one made when it is first needed: text of any length that only is to be tokenised,
 * and very long prompts, which may take seconds, do not hold up the other requests that wait for an answer.
 */
export class SplitPrompts implements Prompts {
  readonly #open: () => Prompts;
  readonly #preparing: Prompts;
  #tokenizing: Prompts | undefined;

  constructor(open: () => Prompts) {
    this.#open = open;
    this.#preparing = open();
  }

  prepare(request: PackedPrompt, signal: AbortSignal): Promise<Prepared> {
    if (request.length <= LONG_BYTES) return this.#preparing.prepare(request, signal);
    return this.#second.prepare(request, signal);
  }

  tokenize(request: PackedPrompt, signal: AbortSignal): Promise<Prepared> {
    return this.#second.tokenize(request, signal);
  }

  get #second(): Prompts {
    this.#tokenizing ??= this.#open();
    return this.#tokenizing;
  }

  async close(): Promise<void> {
    await Promise.all([this.#preparing.close(), this.#tokenizing?.close()]);
  }
}
