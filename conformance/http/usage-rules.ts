import assert from 'node:assert/strict';
import type { ChatCompletionChunk } from '../shapes/chat.ts';

export interface StreamRequest {
  readonly stream_options?: unknown;
}

interface StreamOptions {
  readonly include_usage?: boolean | null;
  readonly continuous_usage_stats?: boolean | null;
}

/** Which chunk of a finished stream carries `usage`: by OpenAI's rules with `stream_options`, by Cerebras's habit without. */
export function checkUsageRules(chunks: readonly ChatCompletionChunk[], request: StreamRequest): void {
  // The server has accepted them.
  const options = (request.stream_options ?? {}) as StreamOptions;
  const include = options.include_usage ?? undefined;
  const continuous = options.continuous_usage_stats === true;
  const last = chunks.at(-1);
  const before = chunks.slice(0, -1);
  assert.ok(last, 'no chunk');
  assert.equal(last.choices.length === 0, include === true);
  if (include === false && !continuous) assert.equal(last.usage, undefined, 'a usage that nobody wants');
  else checkSums(last);
  // Timing is told in any case, on the last chunk.
  assert.ok(last.time_info, 'the last chunk has no time_info');
  for (const { choices, usage } of before) {
    assert.ok(choices.length > 0, 'a chunk without a choice that is not the last');
    if (continuous) assert.ok(usage, 'a chunk without usage');
    else assert.equal(usage, include === true ? null : undefined);
  }
  if (continuous) checkRising(chunks);
}

function checkSums({ usage }: ChatCompletionChunk): void {
  assert.ok(usage, 'the last chunk has no usage');
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  assert.ok(usage.prompt_tokens > 0);
}

/**
 * With one choice strictly, as soon as anything is counted; the chunk without choices repeats the sum. With several the
 * end of one, which counts nothing, may stand beside a piece of another.
 */
function checkRising(chunks: readonly ChatCompletionChunk[]): void {
  const counts = chunks.map(({ usage }) => usage?.completion_tokens ?? 0);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  const withChoice = chunks.filter(({ choices }) => choices.length > 0);
  if (withChoice.some(({ choices: [choice] }) => choice?.index !== 0)) return;
  const rising = withChoice.map(({ usage }) => usage?.completion_tokens ?? 0).filter((count) => count > 0);
  assert.equal(new Set(rising).size, rising.length, `completion_tokens do not rise: ${rising}`);
}
