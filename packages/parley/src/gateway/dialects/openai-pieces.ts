import type { Parameters } from '../../core/complete.ts';
import type { TokenInfo } from '../../core/event.ts';
import type { Extras } from './answer-writer.ts';
import { type Json, tokenIdsOf } from './json.ts';
import { tokenInfosOf } from './openai-logprobs.ts';

/** Hands the ids and log probabilities of a chunk to the one piece of it that they belong to. */
export class Pieces {
  readonly #hasReasoning: boolean;
  readonly #hasText: boolean;
  readonly #reasoningTokens: readonly TokenInfo[] | undefined;
  #tokens: readonly TokenInfo[] | undefined;
  #ids: readonly number[] | undefined;

  constructor(choice: Json, hasReasoning: boolean, hasText: boolean, parameters: Parameters) {
    this.#hasReasoning = hasReasoning;
    this.#hasText = hasText;
    this.#tokens = parameters.logprobs ? tokenInfosOf(choice.logprobs) : undefined;
    this.#reasoningTokens = parameters.logprobs ? tokenInfosOf(choice.reasoning_logprobs) : undefined;
    this.#ids = parameters.return_token_ids ? tokenIdsOf(choice.token_ids) : undefined;
  }

  reasoning(): Extras {
    if (!this.#hasReasoning) return {};
    return {
      tokens: this.#reasoningTokens ?? (this.#hasText ? undefined : this.#takeTokens()),
      tokenIds: this.#takeIds(),
    };
  }

  calls(): Extras {
    this.#takeTokens();
    return { tokenIds: this.#takeIds() };
  }

  text(): Extras {
    const tokens = this.#takeTokens();
    return this.#hasText || tokens?.length ? { tokens, tokenIds: this.#takeIds() } : {};
  }

  rest(): Extras {
    return { tokenIds: this.#takeIds() };
  }

  #takeTokens(): readonly TokenInfo[] | undefined {
    const tokens = this.#tokens;
    this.#tokens = undefined;
    return tokens;
  }

  #takeIds(): readonly number[] | undefined {
    const ids = this.#ids;
    this.#ids = undefined;
    return ids;
  }
}
