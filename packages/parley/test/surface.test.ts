import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SURFACE_NAMES } from '@parley/protocol';
import { CliProcess } from './cli-process.ts';

/** A value of each parameter that asks for something, and for some what else has to be there. */
const WISHES: Record<string, Record<string, unknown>> = {
  messages: {},
  model: { model: 'parley-tiny' },
  frequency_penalty: { frequency_penalty: 0.5 },
  presence_penalty: { presence_penalty: 0.5 },
  logit_bias: { logit_bias: { 5: -3 } },
  logprobs: { logprobs: true },
  top_logprobs: { logprobs: true, top_logprobs: 2 },
  max_completion_tokens: { max_completion_tokens: 4 },
  max_tokens: { max_tokens: 4 },
  min_completion_tokens: { min_completion_tokens: 2 },
  min_tokens: { min_tokens: 2 },
  n: { n: 2 },
  parallel_tool_calls: { parallel_tool_calls: true },
  reasoning_effort: { reasoning_effort: 'high' },
  response_format: { response_format: { type: 'json_object' } },
  seed: { seed: 7 },
  service_tier: { service_tier: 'flex' },
  stop: { stop: ['a', 'b', 'c', 'd'] },
  stream: { stream: true },
  stream_options: { stream: true, stream_options: { include_usage: true } },
  temperature: { temperature: 1.5 },
  top_p: { top_p: 0.5 },
  tool_choice: { tool_choice: 'required' },
  tools: { tools: [{ type: 'function', function: { name: 'f' } }] },
  user: { user: 'somebody' },
  functions: { functions: [{ name: 'f' }] },
  function_call: { function_call: { name: 'f' } },
  add_generation_prompt: { add_generation_prompt: true },
  add_special_tokens: { add_special_tokens: true },
  continue_final_message: {
    continue_final_message: true,
    add_generation_prompt: false,
    messages: [
      { role: 'user', content: 'Hello!' },
      { role: 'assistant', content: 'Hel' },
    ],
  },
  echo: { echo: true },
  chat_template: { chat_template: '{{ messages[0].content }}' },
  chat_template_kwargs: { chat_template_kwargs: { tone: 'dry' } },
  documents: { documents: [{ title: 'T', text: 'D' }] },
  mm_processor_kwargs: { mm_processor_kwargs: { size: 3 } },
  allowed_token_ids: { allowed_token_ids: [5, 6] },
  bad_words: { bad_words: ['Hello'] },
  stop_token_ids: { stop_token_ids: [5] },
  include_stop_str_in_output: { include_stop_str_in_output: true, stop: 'e' },
  ignore_eos: { ignore_eos: true },
  skip_special_tokens: { skip_special_tokens: false },
  spaces_between_special_tokens: { spaces_between_special_tokens: false },
  truncate_prompt_tokens: { truncate_prompt_tokens: 5 },
  min_p: { min_p: 0.1 },
  top_k: { top_k: 5 },
  repetition_penalty: { repetition_penalty: 1.2 },
  length_penalty: { length_penalty: 2 },
  logits_processors: { logits_processors: ['some.Processor'] },
  prompt_logprobs: { prompt_logprobs: 1 },
  return_token_ids: { return_token_ids: true },
  return_tokens_as_token_ids: { return_tokens_as_token_ids: true },
  structured_outputs: { structured_outputs: { regex: 'a+' } },
  include_reasoning: { include_reasoning: false },
  cache_salt: { cache_salt: 'c2FsdA' },
  priority: { priority: 3 },
  request_id: { request_id: 'my-request' },
  kv_transfer_params: { kv_transfer_params: { do_remote_decode: true } },
  vllm_xargs: { vllm_xargs: { a: 1 } },
};

const BODY_NAMES = SURFACE_NAMES.filter(({ where }) => where === 'body').map(({ name }) => name);

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0']);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

async function ask(wish: Record<string, unknown>) {
  const messages = [{ role: 'user', content: 'Hello!' }];
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages, max_completion_tokens: 8, ...wish }),
  });
  const text = await response.text();
  return { status: response.status, body: wish.stream && response.ok ? { text } : JSON.parse(text) };
}

test('every documented body parameter is known to the model', async () => {
  const model = JSON.parse(await (await fetch(`${url}/v1/models/parley-tiny`)).text());
  const missing = BODY_NAMES.filter((name) => !(name in model.parameters));
  assert.deepEqual(missing, []);
  assert.equal(BODY_NAMES.length, 58);
});

for (const name of BODY_NAMES) {
  test(`${name} is honoured or refused, as the model says`, async () => {
    const model = JSON.parse(await (await fetch(`${url}/v1/models/parley-tiny`)).text());
    const wish = WISHES[name];
    assert.ok(wish, `no test value for ${name}`);
    const { status, body } = await ask(wish);
    // The exception only matters where tools are.
    const refused = !model.parameters[name].honoured && name !== 'parallel_tool_calls';
    if (!refused) {
      assert.equal(status, 200, JSON.stringify(body));
      return;
    }
    assert.equal(status, 400);
    assert.equal(body.error.param, name);
    assert.match(body.error.message, new RegExp(name));
    assert.deepEqual(Object.keys(body.error).sort(), ['code', 'message', 'param', 'type']);
  });
}

test('what no documentation knows is let through and reported', async () => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello!' }], frobnicate: 1 }),
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('x-parley-parameters'), 'frobnicate;ignored');
});
