import assert from 'node:assert/strict';
import { contentOf, type Effect, tokensOf } from './probe.ts';

const NAMES = { regex: '(red|blue) [0-9]{2}' };

export const ANSWER: Record<string, Effect> = {
  response_format: async (probe) => {
    const schema = {
      type: 'object',
      properties: { age: { type: 'integer', minimum: 3, maximum: 5 } },
      required: ['age'],
      additionalProperties: false,
    };
    const format = { type: 'json_schema', json_schema: { name: 'age', schema, strict: true } };
    const { age } = JSON.parse(await probe.text({ response_format: format, max_completion_tokens: 60 }));
    assert.ok([3, 4, 5].includes(age));
    await probe.refuses(
      'response_format.json_schema.schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'frob' } } } },
      /type/,
    );
  },
  structured_outputs: async (probe) => {
    assert.match(await probe.text({ structured_outputs: NAMES }), /^(red|blue) [0-9]{2}$/);
    const [choice] = await Promise.all([probe.text({ structured_outputs: { choice: ['yes', 'no'] } })]);
    assert.ok(['yes', 'no'].includes(choice));
    await probe.refuses(
      'structured_outputs',
      { structured_outputs: { ...NAMES, choice: ['a'] } },
      /exactly one/,
    );
  },
  stream: async (probe) => {
    const whole = await probe.text({});
    const { chunks } = await probe.get({ stream: true });
    assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), whole);
    assert.ok(chunks.length > 3);
  },
  stream_options: async (probe) => {
    const { chunks } = await probe.get({ stream: true, stream_options: { include_usage: true } });
    assert.deepEqual(chunks.at(-1)?.choices, []);
    assert.equal(chunks.at(-1)?.usage?.completion_tokens, 24);
    const counted = await probe.get({
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
    });
    assert.ok(counted.chunks.every(({ usage }) => usage != null));
    await probe.refuses('stream_options', { stream_options: { include_usage: true } }, /stream: true/);
  },
  skip_special_tokens: async (probe) => {
    const body = {
      messages: [{ role: 'user', content: 'Hello!' }],
      max_completion_tokens: 60,
      ignore_eos: true,
    };
    assert.doesNotMatch(await probe.text(body), /<\|im_end\|>/);
    assert.match(await probe.text({ ...body, skip_special_tokens: false }), /<\|im_end\|>/);
  },
  spaces_between_special_tokens: async (probe) => {
    const body = {
      messages: [{ role: 'user', content: 'Hello!' }],
      max_completion_tokens: 60,
      ignore_eos: true,
      skip_special_tokens: false,
    };
    assert.match(await probe.text(body), / <\|im_end\|> /);
    assert.doesNotMatch(
      await probe.text({ ...body, spaces_between_special_tokens: false }),
      / <\|im_end\|> /,
    );
  },
  prompt_logprobs: async (probe) => {
    const { body } = await probe.get({ prompt_logprobs: 2 });
    const entries = body.prompt_logprobs ?? [];
    assert.equal(entries.length, body.usage?.prompt_tokens);
    assert.equal(entries[0], null);
    assert.ok(entries.slice(1).every((entry) => entry && Object.keys(entry).length >= 2));
    await probe.refuses('prompt_logprobs', { prompt_logprobs: -1 }, /0/);
  },
  return_token_ids: async (probe) => {
    const { body } = await probe.get({ return_token_ids: true });
    assert.equal(body.prompt_token_ids?.length, body.usage?.prompt_tokens);
    assert.equal(body.choices[0]?.token_ids?.length, body.usage?.completion_tokens);
    const response = await fetch(`${probe.url}/detokenize`, {
      method: 'POST',
      body: JSON.stringify({ model: 'parley-tiny', tokens: body.choices[0]?.token_ids }),
      headers: { 'content-type': 'application/json' },
    });
    assert.equal(JSON.parse(await response.text()).prompt, contentOf(body));
  },
  return_tokens_as_token_ids: async (probe) => {
    const body = { logprobs: true, return_token_ids: true };
    const reply = await probe.get({ ...body, return_tokens_as_token_ids: true });
    const ids = reply.body.choices[0]?.token_ids?.map((id) => `token_id:${id}`);
    assert.deepEqual(tokensOf(reply), ids);
  },
  echo: async (probe) => {
    const messages = [
      { role: 'user', content: 'Tell me a story.' },
      { role: 'assistant', content: 'Once upon' },
    ];
    const body = { messages, continue_final_message: true, add_generation_prompt: false };
    const plain = await probe.text(body);
    assert.equal(await probe.text({ ...body, echo: true }), `Once upon${plain}`);
  },
};
