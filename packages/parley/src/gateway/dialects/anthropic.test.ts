import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode, notesOf, refusedOf } from './encode.test.support.ts';

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather.',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    strict: true,
  },
};
const now = { type: 'function', function: { name: 'now' } };

/** The body without what every call has. */
function bodyOf(body: object, model = 'claude-opus-4-7') {
  const {
    model: _model,
    messages: _messages,
    stream: _stream,
    ...fields
  } = encode('anthropic', body, { model }).body;
  return fields;
}

describe('requests to Anthropic', () => {
  it('have the address, the version and what it takes to be one', () => {
    const call = encode('anthropic', {}, { model: 'claude-opus-4-7' });
    assert.equal(call.url, 'https://api.anthropic.com/v1/messages');
    assert.deepEqual(call.headers, { 'anthropic-version': '2023-06-01' });
    assert.deepEqual(call.body, {
      model: 'claude-opus-4-7',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      stream: true,
      max_tokens: 8_192,
    });
    assert.deepEqual(
      call.notes.map(({ name, change, used }) => [name, change, used]),
      [['max_completion_tokens', 'clamped', 8_192]],
    );
  });

  it('carry every form of a conversation', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'And kind.' }] },
      {
        role: 'user',
        content: [
          'Look:',
          { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
          { type: 'image', image: 'data:image/jpeg;base64,AAAA' },
        ],
      },
      {
        role: 'assistant',
        content: 'I will.',
        reasoning: 'secret',
        tool_calls: [
          { id: 'a', function: { name: 'weather', arguments: '{"city":"Köln"}' } },
          { id: 'b/1', function: { name: 'now', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'rain' },
      {
        role: 'tool',
        tool_call_id: 'b/1',
        content: [
          { type: 'text', text: '12' },
          { type: 'text', text: '30' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'file', file: { file_data: 'data:application/pdf;base64,JVBERi0=' } },
          { type: 'file', file: { file_data: 'SGVsbG8=', filename: 'a.txt' } },
        ],
        name: 'ada',
      },
      { role: 'assistant', content: null, refusal: 'No.' },
      { role: 'user', content: 'Why?' },
    ];
    const { body, notes } = encode('anthropic', { messages, max_tokens: 100 });
    assert.deepEqual(body.system, [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'And kind.' },
    ]);
    const [first, second, third] = body.messages as { role: string; content: Record<string, unknown>[] }[];
    assert.deepEqual(first, {
      role: 'user',
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
      ],
    });
    const [text, one, two] = second?.content ?? [];
    assert.deepEqual(text, { type: 'text', text: 'I will.' });
    assert.deepEqual(one, { type: 'tool_use', id: 'a', name: 'weather', input: { city: 'Köln' } });
    assert.deepEqual({ ...two, id: '' }, { type: 'tool_use', id: '', name: 'now', input: {} });
    assert.match(String(two?.id), /^[\w-]+$/);
    assert.deepEqual(third, {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: 'rain' },
        {
          type: 'tool_result',
          tool_use_id: two?.id,
          content: [
            { type: 'text', text: '12' },
            { type: 'text', text: '30' },
          ],
        },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Hello' } },
      ],
    });
    assert.deepEqual(
      (body.messages as { role: string }[]).map(({ role }) => role),
      ['user', 'assistant', 'user', 'assistant', 'user'],
    );
    assert.deepEqual(
      notes.map(({ name, change }) => `${name};${change}`),
      ['messages[].reasoning;ignored', 'messages[].name;ignored', 'messages[].refusal;translated'],
    );
  });

  it('move later instructions to the beginning, and say so', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: 'Be brief.' },
    ];
    assert.deepEqual(encode('anthropic', { messages }).body.system, [{ type: 'text', text: 'Be brief.' }]);
    assert.ok(notesOf('anthropic', { messages }).includes('messages;translated'));
  });

  const cases: readonly (readonly [body: object, fields: object, model?: string])[] = [
    [
      { max_completion_tokens: 9, stop: 'x', temperature: 0.5, top_k: 3 },
      { max_tokens: 9, stop_sequences: ['x'], temperature: 0.5, top_k: 3 },
    ],
    [
      { max_tokens: 9, user: 'u', safety_identifier: 's' },
      { max_tokens: 9, metadata: { user_id: 's' } },
    ],
    [
      { max_tokens: 9, tools: [weather, now], tool_choice: 'required', parallel_tool_calls: false },
      {
        max_tokens: 9,
        tools: [
          {
            name: 'weather',
            description: 'The weather.',
            input_schema: weather.function.parameters,
            strict: true,
          },
          { name: 'now', input_schema: { type: 'object' } },
        ],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      },
    ],
    [
      { max_tokens: 9, tools: [now], tool_choice: { function: { name: 'now' } } },
      {
        max_tokens: 9,
        tools: [{ name: 'now', input_schema: { type: 'object' } }],
        tool_choice: { type: 'tool', name: 'now' },
      },
    ],
    [
      {
        max_tokens: 9,
        tools: [weather, now],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ function: { name: 'now' } }] },
        },
      },
      {
        max_tokens: 9,
        tools: [{ name: 'now', input_schema: { type: 'object' } }],
        tool_choice: { type: 'auto' },
      },
    ],
    [
      { max_tokens: 9, tools: [now], tool_choice: 'none' },
      {
        max_tokens: 9,
        tools: [{ name: 'now', input_schema: { type: 'object' } }],
        tool_choice: { type: 'none' },
      },
    ],
    [
      {
        max_tokens: 9,
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
      },
      { max_tokens: 9, output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    ],
    [
      { max_tokens: 9, reasoning_effort: 'minimal' },
      { max_tokens: 9, thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    [
      { max_tokens: 9, reasoning_effort: 'none' },
      { max_tokens: 9, thinking: { type: 'disabled' } },
    ],
    [
      { max_tokens: 9, disable_reasoning: true },
      { max_tokens: 9, thinking: { type: 'disabled' } },
    ],
    [
      { max_tokens: 4_000, reasoning_effort: 'high' },
      { max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 3_999 } },
      'claude-sonnet-4-5-20250929',
    ],
  ];
  for (const [body, fields, model] of cases) {
    it(`${JSON.stringify(body).slice(0, 90)}`, () => assert.deepEqual(bodyOf(body, model), fields));
  }

  const refusals: readonly (readonly [body: object, param: string])[] = [
    [{ seed: 1 }, 'seed'],
    [{ temperature: 1.2 }, 'temperature'],
    [{ logprobs: true }, 'logprobs'],
    [{ n: 2 }, 'n'],
    [{ stop: ['\n'] }, 'stop'],
    [{ response_format: { type: 'json_object' } }, 'response_format'],
    [{ continue_final_message: true }, 'continue_final_message'],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }] },
        ],
      },
      'messages[0].content[0]',
    ],
    [
      {
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"a":' } }] },
        ],
      },
      'messages[0].tool_calls[0].function.arguments',
    ],
  ];
  for (const [body, param] of refusals) {
    it(`cannot be asked for ${JSON.stringify(body).slice(0, 60)}`, () =>
      assert.equal(refusedOf('anthropic', body), param));
  }

  it('think with what fits below the limit, or not at all', () => {
    assert.throws(
      () => encode('anthropic', { max_tokens: 500, reasoning_effort: 'low' }, { model: 'claude-haiku-4-5' }),
      /1024 tokens/,
    );
  });
});
