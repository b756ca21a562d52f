import { OutputFormChecker } from '../constraint/check.ts';
import { outputForm } from '../constraint/output-form.ts';
import type { Prompts } from '../host/prompts.ts';
import { BadWordFinder } from '../prompt/bad-words.ts';
import { predictedTokens } from '../prompt/prediction.ts';
import { type PackedPrompt, type Prepared, unpackPrompt } from '../prompt/request.ts';
import { ToyTokenizer } from './vocabulary.ts';

/** The text as it is, and messages as JSON: no template. */
export class ToyPrompts implements Prompts {
  readonly #tokenizer = new ToyTokenizer();
  readonly #checker = new OutputFormChecker();
  readonly #badWords = new BadWordFinder(this.#tokenizer.vocabulary);

  prepare(request: PackedPrompt): Promise<Prepared> {
    const { input, parameters } = unpackPrompt(request);
    let output: string | undefined;
    try {
      const form = outputForm(parameters);
      output = form && JSON.stringify(form);
      if (output !== undefined) this.#checker.check(output);
    } catch (error) {
      return Promise.reject(error);
    }
    const text =
      input.kind === 'tokens' ? '' : input.kind === 'text' ? input.text : JSON.stringify(input.messages);
    const plain = { special: false, addBos: false };
    const tokens = input.kind === 'tokens' ? [...input.tokens] : this.#tokenizer.tokenize(text, plain);
    const badWords = this.#badWords.prepare(parameters.bad_words ?? []);
    return Promise.resolve({
      tokens,
      text,
      badWords,
      echo: undefined,
      ignored: [],
      prediction: predictedTokens(parameters, {
        tokenizer: this.#tokenizer,
        contextLength: Infinity,
        longestToken: () => 1,
      }),
      ...(output !== undefined && { output }),
    });
  }

  tokenize(request: PackedPrompt): Promise<Prepared> {
    return this.prepare(request);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
