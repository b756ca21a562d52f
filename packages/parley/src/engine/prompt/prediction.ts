import { invalidRequest } from '@parley/protocol/errors';
import type { TokenId, Tokenizer } from '../runtime.ts';
import type { PromptParameters } from './request.ts';

export interface PredictionOptions {
  readonly tokenizer: Tokenizer;
  /** Tokens of prompt and completion together. */
  readonly contextLength: number;
  /** Bytes of the longest token. */
  readonly longestToken: () => number;
}

/**
 * Tokens of the text that the caller expects, as the model would write it; undefined where there is none. Throws an
 * ApiError 400 for a text that no answer could hold, before it is tokenised where its length alone tells.
 */
export function predictedTokens(
  { prediction }: PromptParameters,
  { tokenizer, contextLength, longestToken }: PredictionOptions,
): TokenId[] | undefined {
  const content = prediction?.content;
  if (content == null) return undefined;
  const text = typeof content === 'string' ? content : content.map((part) => part.text).join('');
  const bytes = Buffer.byteLength(text);
  if (bytes >= contextLength) checkFit('has at least', Math.ceil(bytes / longestToken()), contextLength);
  const tokens = tokenizer.tokenize(text.toWellFormed(), { special: false, addBos: false });
  checkFit('has', tokens.length, contextLength);
  return tokens;
}

function checkFit(has: string, tokens: number, contextLength: number): void {
  if (tokens < contextLength) return;
  throw invalidRequest(
    'prediction.content',
    `prediction.content ${has} ${tokens} tokens; this model's maximum context length is ${contextLength} tokens, so no answer can hold it.`,
    'context_length_exceeded',
  );
}
