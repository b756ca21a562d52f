import type { Timing, Usage } from '../../core/event.ts';
import { countOf, type Json, numberOf, objectOf } from './json.ts';

/** Usage in every form that upstreams of the OpenAI form have for it; undefined where there is none. */
export function usageOf(chunk: Json): Usage | undefined {
  const usage = objectOf(chunk.usage) ?? objectOf(objectOf(chunk.x_groq)?.usage);
  const promptTokens = countOf(usage?.prompt_tokens) ?? countOf(usage?.input_tokens);
  if (usage === undefined || promptTokens === undefined) return undefined;
  const details = objectOf(usage.completion_tokens_details) ?? {};
  const reasoningTokens = countOf(details.reasoning_tokens) ?? countOf(usage.reasoning_tokens) ?? 0;
  const accepted = countOf(details.accepted_prediction_tokens);
  return {
    promptTokens,
    cachedTokens: Math.min(promptTokens, cachedTokens(usage)),
    completionTokens: completionTokens(usage, promptTokens, reasoningTokens),
    reasoningTokens,
    ...(accepted !== undefined && {
      acceptedPredictionTokens: accepted,
      rejectedPredictionTokens: countOf(details.rejected_prediction_tokens) ?? 0,
    }),
  };
}

/** OpenAI's place, DeepSeek's, and two that others have for it. */
function cachedTokens(usage: Json): number {
  const details = objectOf(usage.prompt_tokens_details);
  return (
    countOf(details?.cached_tokens) ??
    countOf(usage.prompt_cache_hit_tokens) ??
    countOf(usage.cached_tokens) ??
    countOf(usage.num_cached_tokens) ??
    0
  );
}

/** xAI leaves reasoning out of the completion and has it in the total: what was sampled is both. */
function completionTokens(usage: Json, promptTokens: number, reasoningTokens: number): number {
  const said = countOf(usage.completion_tokens) ?? countOf(usage.output_tokens) ?? 0;
  const total = countOf(usage.total_tokens);
  return reasoningTokens > 0 && total === promptTokens + said + reasoningTokens
    ? said + reasoningTokens
    : said;
}

/** Cerebras's `time_info`, Groq's times among the usage, llama.cpp's `timings`. */
export function timingOf(chunk: Json): Timing | undefined {
  const seconds =
    objectOf(chunk.time_info) ?? objectOf(objectOf(chunk.x_groq)?.usage) ?? objectOf(chunk.usage);
  const totalSeconds = numberOf(seconds?.total_time);
  if (seconds !== undefined && totalSeconds !== undefined) {
    return {
      queueSeconds: numberOf(seconds.queue_time) ?? 0,
      promptSeconds: numberOf(seconds.prompt_time) ?? 0,
      completionSeconds: numberOf(seconds.completion_time) ?? 0,
      totalSeconds,
    };
  }
  const timings = objectOf(chunk.timings);
  const prompt = numberOf(timings?.prompt_ms);
  const completion = numberOf(timings?.predicted_ms);
  if (prompt === undefined || completion === undefined) return undefined;
  return {
    queueSeconds: 0,
    promptSeconds: prompt / 1000,
    completionSeconds: completion / 1000,
    totalSeconds: (prompt + completion) / 1000,
  };
}
