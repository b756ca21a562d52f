import type { PackedPrompt, Prepared } from '../prompt/request.ts';
import type { Prompts } from './prompts.ts';

/**
 * Two workers for prompts, the second one made when it is first needed: text of any length that only is to be tokenised,
 * which may take seconds, does not hold up the requests that wait for an answer.
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
    return this.#preparing.prepare(request, signal);
  }

  tokenize(request: PackedPrompt, signal: AbortSignal): Promise<Prepared> {
    this.#tokenizing ??= this.#open();
    return this.#tokenizing.tokenize(request, signal);
  }

  async close(): Promise<void> {
    await Promise.all([this.#preparing.close(), this.#tokenizing?.close()]);
  }
}
