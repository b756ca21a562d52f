import type { ApiErrorOptions } from '@parley/protocol';
import type { FinishReason, Timing, TokenInfo, Usage } from '../core/event.ts';
import type { PackedPromptLogprobs } from './packed-prompt.ts';

/** What one step brought for one choice, or for a whole request. Plain data: it crosses a thread or process boundary. */
export type Update =
  /** With the first token of the first choice: what the prompt was and what of it the cache spared. */
  | {
      readonly kind: 'prompt';
      readonly request: number;
      readonly promptTokens: number;
      readonly cachedTokens: number;
      /** Of the prompt, when they were asked for. */
      readonly logprobs?: PackedPromptLogprobs;
    }
  | {
      readonly kind: 'text';
      readonly request: number;
      readonly choice: number;
      readonly text: string;
      readonly tokenCount: number;
      readonly tokens?: readonly TokenInfo[];
      /** Ids of the tokens, when they were asked for. */
      readonly tokenIds?: readonly number[];
    }
  | {
      readonly kind: 'end';
      readonly request: number;
      readonly choice: number;
      readonly reason: FinishReason;
      readonly stop?: string | number;
      readonly tokenCount: number;
      readonly tokenIds?: readonly number[];
    }
  | { readonly kind: 'done'; readonly request: number; readonly usage: Usage; readonly timing: Timing }
  | { readonly kind: 'failed'; readonly request: number; readonly error: ApiErrorOptions };
