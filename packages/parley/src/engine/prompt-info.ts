import type { Parameters } from '../core/complete.ts';
import type { PromptInfo } from '../core/event.ts';
import type { Started } from './host/messages.ts';
import { type PackedPromptLogprobs, unpackPromptLogprobs } from './packed-prompt.ts';
import type { Vocabulary } from './runtime.ts';

/** What the request asked to be told of its prompt. The log probabilities may be more than that. */
export function promptInfo(
  { echo, echoSpan, promptTokenIds }: Partial<Started>,
  logprobs: PackedPromptLogprobs | undefined,
  { prompt_logprobs: count, logprobs: ofTokens, top_logprobs: top }: Parameters,
  vocabulary: Vocabulary,
): PromptInfo {
  const echoTokens =
    logprobs && echoSpan && ofTokens === true
      ? unpackPromptLogprobs(logprobs, vocabulary, { top: top ?? 0, span: echoSpan })
      : undefined;
  const promptLogprobs =
    logprobs && count != null ? unpackPromptLogprobs(logprobs, vocabulary, { top: count }) : undefined;
  return {
    ...(echo !== undefined && { echo }),
    ...(echoTokens && { echoTokens }),
    ...(promptTokenIds && { promptTokenIds }),
    ...(promptLogprobs && { promptLogprobs }),
  };
}
