import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, type Fields, refusalOf } from '../http/client.ts';

const PATH = '/v1/chat/completions';

/** Bodies that are no request at all. */
const BROKEN: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'JSON that ends too early': '{"messages":[{"role":"user","content":"Hel',
  'two values': '{} {}',
  'single quotes': "{'messages': []}",
  'bytes that are no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  'an array': '[]',
  'a string': '"hello"',
  null: 'null',
  'a number': '7',
};

/** What is wrong, and where it has to be said. */
const WRONG: readonly (readonly [param: string, fields: Fields])[] = [
  ['messages', { messages: undefined }],
  ['messages', { messages: null }],
  ['messages', { messages: [] }],
  ['messages', { messages: 'hello' }],
  ['messages', { messages: {} }],
  ['messages[0]', { messages: ['hello'] }],
  ['messages[0].role', { messages: [{ content: 'hello' }] }],
  ['messages[0].content', { messages: [{ role: 'user' }] }],
  ['messages[0].content', { messages: [{ role: 'user', content: 7 }] }],
  [
    'messages[1].content[0].text',
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: [{ type: 'text' }] },
      ],
    },
  ],
  ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
  ['temperature', { temperature: 'hot' }],
  ['temperature', { temperature: 2.1 }],
  ['temperature', { temperature: -0.1 }],
  ['top_p', { top_p: 1.1 }],
  ['top_p', { top_p: 0 }],
  ['n', { n: 0 }],
  ['n', { n: 1.5 }],
  ['max_completion_tokens', { max_completion_tokens: 0 }],
  ['max_completion_tokens', { max_completion_tokens: '10' }],
  ['max_tokens', { max_tokens: -1 }],
  ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }],
  ['stop', { stop: '' }],
  ['stream', { stream: 'yes' }],
  ['seed', { seed: 1.5 }],
  ['frequency_penalty', { frequency_penalty: 3 }],
  ['presence_penalty', { presence_penalty: -3 }],
  ['logit_bias', { logit_bias: [1] }],
  ['tools', { tools: {} }],
  ['tool_choice', { tool_choice: 'sometimes' }],
  ['response_format.type', { response_format: { type: 'yaml' } }],
  ['service_tier', { service_tier: 'gold' }],
];

/** Forms that cannot be built; `place` is what the message and `param` have to name. */
const NO_FORMS: readonly (readonly [place: string, fields: Fields])[] = [
  ['structured_outputs.regex', { structured_outputs: { regex: '(a' } }],
  ['structured_outputs.grammar', { structured_outputs: { grammar: 'root ::= nowhere' } }],
  ['structured_outputs.json', { structured_outputs: { json: { type: 'objekt' } } }],
  [
    'response_format.json_schema.schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { properties: 7 } } } },
  ],
  [
    'tools[0].function.parameters',
    { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'frob' } } }] },
  ],
];

export function refusals(client: Client): void {
  for (const [name, body] of Object.entries(BROKEN)) {
    test(`not a request: ${name}`, async () => {
      const { error } = refusalOf(await client.post(PATH, body));
      assert.equal(error.type, 'invalid_request_error');
    });
  }

  for (const [param, fields] of WRONG) {
    test(`wrong ${param}: ${JSON.stringify(fields)}`, async () => {
      const { error } = await client.refusal(fields);
      assert.equal(error.type, 'invalid_request_error');
      assert.ok(error.param?.startsWith(param), `param is ${error.param}`);
      assert.ok(error.message.includes(param.split('.').at(-1) ?? param), error.message);
      assert.ok(error.code);
    });
  }

  test('a model that does not exist', async () => {
    const { error } = await client.refusal({ model: 'no-such-model' }, 404);
    assert.deepEqual([error.param, error.code], ['model', 'model_not_found']);
  });

  for (const [place, fields] of NO_FORMS) {
    test(`no form: ${place}; a neighbour is not harmed`, async () => {
      const alone = await client.answer({ max_completion_tokens: 40, ignore_eos: true });
      const [beside, { error }] = await Promise.all([
        client.stream({ max_completion_tokens: 40, ignore_eos: true }),
        client.refusal(fields),
      ]);
      assert.ok(error.param?.startsWith(place), `param is ${error.param}`);
      assert.ok(error.message.includes(place), error.message);
      assert.equal(beside.choices[0]?.content, alone.choices[0]?.message.content);
    });
  }

  test('a prompt or a limit beyond the context: both numbers are told, nothing is cut', async () => {
    const { max_model_len: context } = await client.tokenize({ prompt: 'a' });
    const content = 'word '.repeat(context);
    const { count } = await client.tokenize({ messages: [{ role: 'user', content }] });
    const long = await client.refusal({ messages: [{ role: 'user', content }] });
    const far = await client.refusal({ max_completion_tokens: context + 1 });
    for (const [{ error }, numbers] of [
      [long, [context, count]],
      [far, [context, context + 1]],
    ] as const) {
      assert.equal(error.code, 'context_length_exceeded');
      for (const number of numbers) assert.ok(error.message.includes(String(number)), error.message);
    }
    const cut = await client.answer({ messages: [{ role: 'user', content }], truncate_prompt_tokens: 50 });
    assert.equal(cut.usage.prompt_tokens, 50);
  });

  test('the server goes on', async () => {
    assert.ok((await client.answer()).choices[0]?.message.content);
  });
}
