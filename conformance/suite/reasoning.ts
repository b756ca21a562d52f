import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../http/client.ts';
import { gatherWhole, withoutIds } from '../http/gather.ts';

export function reasoning(client: Client): void {
  const { thinker } = client.target;
  const options = { skip: thinker === undefined && 'no model that reasons: THINKER names none' };
  const think = { model: thinker, reasoning_effort: 'low', ignore_eos: true, max_completion_tokens: 80 };

  test('both names on the message, and tokens that are counted', options, async () => {
    const { choices, usage } = await client.answer(think);
    const { message } = choices[0] ?? {};
    assert.ok(message?.reasoning && message.content);
    assert.equal(message.reasoning_content, message.reasoning);
    assert.ok((usage.completion_tokens_details?.reasoning_tokens ?? 0) > 0);
  });

  // That reasoning and content never share a chunk is checked for every stream.
  test('streamed and whole are the same', options, async () => {
    const fields = { ...think, logprobs: true };
    const [whole, { choices, chunks }] = await Promise.all([client.answer(fields), client.stream(fields)]);
    assert.deepEqual(withoutIds(choices), withoutIds(gatherWhole(whole)));
    assert.ok(choices[0]?.reasoning && choices[0].content);
    const reasoningAt = chunks.findLastIndex(({ choices: [choice] }) => choice?.delta.reasoning);
    const contentAt = chunks.findIndex(({ choices: [choice] }) => choice?.delta.content);
    assert.ok(reasoningAt < contentAt);
    assert.ok(chunks.some(({ choices: [choice] }) => choice?.reasoning_logprobs?.content?.length));
  });

  test('both names are taken back in a conversation', async () => {
    const turns = (name: string) => [
      { role: 'user', content: 'Hello!' },
      { role: 'assistant', content: 'Hi.', [name]: 'They greet me.' },
      { role: 'user', content: 'Hello!' },
    ];
    const answers = await Promise.all(
      ['reasoning', 'reasoning_content'].map((name) => client.answer({ messages: turns(name) })),
    );
    assert.deepEqual(answers[0]?.choices, answers[1]?.choices);
  });
}
