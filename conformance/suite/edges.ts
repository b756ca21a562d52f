import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, chatCompletionOf, type Fields, refusalOf } from '../http/client.ts';

const TINY = Number.MIN_VALUE;
const HUGE = Number.MAX_VALUE;

/** Values that are allowed, at the edges of what numbers are. */
const ALLOWED: readonly Fields[] = [
  { temperature: TINY },
  { temperature: 2, top_p: TINY },
  { temperature: 1, min_p: 1 },
  { temperature: 1, top_k: Number.MAX_SAFE_INTEGER },
  { temperature: 1, seed: Number.MIN_SAFE_INTEGER },
  { temperature: 1, seed: '-9999999999999999999999999999999999999999' },
  { logit_bias: { 0: -100, 1: 100 } },
  { priority: Number.MAX_SAFE_INTEGER },
  { stop: '\u{1f600}'.repeat(1000) },
  { bad_words: ['e', 't', 'a'] },
];

/** Nucleuses that leave out less than a float can tell. */
const NEARLY_ALL = [0.9999999366155786, 0.9999999846480623, 0.9999998861423064];

/** Schemas of numbers near the end of what a double holds; whether one is taken is not the question here. */
const BOUNDS: readonly Fields[] = [
  { exclusiveMaximum: -HUGE },
  { exclusiveMinimum: HUGE },
  { exclusiveMinimum: TINY },
  { minimum: -HUGE, maximum: HUGE },
  { multipleOf: TINY },
];

export function edges(client: Client): void {
  for (const fields of ALLOWED) {
    const shown = JSON.stringify(fields).slice(0, 60);
    test(`allowed: ${shown}`, async () => {
      const answer = await client.answer({ ...fields, max_completion_tokens: 8 });
      assert.ok(answer.usage.completion_tokens > 0);
    });
  }

  // Sums of probabilities round differently in another order.
  test('allowed: top_p just below 1', async () => {
    for (const top_p of NEARLY_ALL) {
      for (let seed = 1; seed <= 5; seed++) {
        await client.answer({ top_p, seed, temperature: 1, max_completion_tokens: 60, ignore_eos: true });
      }
    }
  });

  test('bounds of numbers: an answer or a refusal', async () => {
    for (const each of BOUNDS) {
      const fields = { structured_outputs: { json: { type: 'number', ...each } }, max_completion_tokens: 8 };
      const reply = await client.post('/v1/chat/completions', client.question(fields));
      if (reply.status === 200) chatCompletionOf(reply);
      else refusalOf(reply);
    }
  });
}
