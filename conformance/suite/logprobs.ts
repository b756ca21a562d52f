import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../http/client.ts';
import type { ChatCompletion } from '../shapes/chat.ts';
import type { TokenLogprob } from '../shapes/logprobs.ts';

const textOf = (answer: ChatCompletion) => answer.choices[0]?.message.content ?? '';
const entriesOf = (answer: ChatCompletion) => answer.choices[0]?.logprobs?.content ?? [];
const bytesOf = (entries: readonly TokenLogprob[]) =>
  Buffer.from(entries.flatMap(({ bytes }) => bytes ?? [])).toString();

export function logprobs(client: Client): void {
  test('none of the candidates, or exactly as many as asked for, streamed too', async () => {
    for (const count of [0, 1, 5, 20]) {
      const fields = { logprobs: true, top_logprobs: count };
      const whole = entriesOf(await client.answer(fields));
      assert.ok(whole.length > 3);
      assert.ok(whole.every(({ top_logprobs: top }) => top.length === count));
      const { choices } = await client.stream(fields);
      assert.deepEqual(choices[0]?.logprobs, whole);
    }
  });

  test('candidates are sorted, and the drawn token is among them when it is the best', async () => {
    for (const { token, logprob, top_logprobs: top } of entriesOf(
      await client.answer({ logprobs: true, top_logprobs: 5 }),
    )) {
      assert.deepEqual([top[0]?.token, top[0]?.logprob], [token, logprob]);
      assert.deepEqual(
        top.map((candidate) => candidate.logprob),
        top.map((candidate) => candidate.logprob).sort((a, b) => b - a),
      );
    }
  });

  test('top_logprobs without logprobs, and out of range; the server goes on', async () => {
    for (const fields of [
      { top_logprobs: 5 },
      { logprobs: true, top_logprobs: 21 },
      { logprobs: true, top_logprobs: -1 },
    ]) {
      assert.equal((await client.refusal(fields)).error.param, 'top_logprobs');
      assert.ok(textOf(await client.answer()));
    }
  });

  test('the bytes of the entries are the content', async () => {
    const multibyte = {
      structured_outputs: { choice: ['na\u00efve \u65e5\u672c\u8a9e \u{1f600}!'] },
      max_completion_tokens: 60,
    };
    for (const fields of [{}, multibyte, { temperature: 1.5, seed: 3 }]) {
      const answer = await client.answer({ ...fields, logprobs: true });
      assert.equal(bytesOf(entriesOf(answer)), textOf(answer));
    }
  });

  test("the values are the model's own, whatever bends the choice", async () => {
    const first = async (fields: object) =>
      entriesOf(
        await client.answer({ logprobs: true, top_logprobs: 5, max_completion_tokens: 1, ...fields }),
      )[0];
    const plain = await first({});
    const bent = [
      { temperature: 2, seed: 1 },
      { temperature: 1, top_p: 0.1 },
      { repetition_penalty: 1.9 },
      { logit_bias: { 5: -100, 6: 3 } },
      { allowed_token_ids: [1, 2, 3] },
    ];
    for (const fields of bent) assert.deepEqual((await first(fields))?.top_logprobs, plain?.top_logprobs);
  });

  test('of the prompt: an entry for each position, with the token that stands there', async () => {
    const fields = { prompt_logprobs: 2, return_token_ids: true };
    const answer = await client.answer(fields);
    const { prompt_logprobs: positions, prompt_token_ids: ids } = answer;
    assert.ok(positions && ids);
    assert.equal(positions.length, answer.usage.prompt_tokens);
    assert.equal(positions[0], null);
    for (const [i, candidates] of positions.slice(1).entries()) {
      assert.ok(candidates);
      const count = Object.keys(candidates).length;
      assert.ok(count === 2 || count === 3, `${count} candidates`);
      assert.ok(String(ids[i + 1]) in candidates);
    }
    const { chunks } = await client.stream(fields);
    assert.deepEqual(chunks[0]?.prompt_logprobs, positions);
    assert.ok(chunks.slice(1).every((chunk) => chunk.prompt_logprobs === undefined));
  });

  test('of the prompt: out of range', async () => {
    for (const value of [-1, 21, 1.5]) {
      assert.equal((await client.refusal({ prompt_logprobs: value })).error.param, 'prompt_logprobs');
    }
  });

  test('tokens are written as ids when that is wanted', async () => {
    const fields = {
      logprobs: true,
      top_logprobs: 2,
      return_tokens_as_token_ids: true,
      return_token_ids: true,
    };
    const answer = await client.answer(fields);
    const entries = entriesOf(answer);
    assert.ok(entries.length > 0);
    for (const [i, { token, top_logprobs: top }] of entries.entries()) {
      assert.equal(token, `token_id:${answer.choices[0]?.token_ids?.[i]}`);
      for (const candidate of top) assert.match(candidate.token, /^token_id:[0-9]+$/);
    }
  });

  test('tokens out, tokens in: the ids come back as the same prompt and the same text', async () => {
    const answer = await client.answer({ return_token_ids: true, max_completion_tokens: 6 });
    const ids = answer.choices[0]?.token_ids;
    assert.ok(ids && answer.prompt_token_ids);
    assert.equal(ids.length, answer.usage.completion_tokens);
    assert.equal(answer.prompt_token_ids.length, answer.usage.prompt_tokens);
    assert.equal(await client.detokenize(ids), textOf(answer));
    const again = await client.completion({
      prompt: answer.prompt_token_ids,
      max_tokens: 6,
      return_token_ids: true,
      add_special_tokens: false,
    });
    assert.deepEqual(again.choices[0]?.token_ids, ids);
    const { chunks, choices } = await client.stream({ return_token_ids: true, max_completion_tokens: 6 });
    assert.deepEqual(choices[0]?.tokenIds, ids);
    assert.deepEqual(chunks[0]?.prompt_token_ids, answer.prompt_token_ids);
    assert.ok(chunks.slice(1).every((chunk) => chunk.prompt_token_ids === undefined));
  });
}
