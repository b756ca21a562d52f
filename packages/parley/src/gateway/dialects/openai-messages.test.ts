import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode, fieldsOf, notesOf, refusedOf } from './encode.test.support.ts';

describe('messages for upstreams of the OpenAI form', () => {
  const messagesOf = (provider: string, messages: readonly object[], more: object = {}) =>
    encode(provider, { messages, ...more }).body.messages;

  it('go up as they came, with the fields that only the upstream knows', () => {
    const messages = [
      { role: 'developer', content: 'Be brief.', name: 'ops' },
      { role: 'user', content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
    ];
    assert.deepEqual(messagesOf('openai', messages), messages);
  });

  it('lose what the upstream does not take, and the caller hears of it', () => {
    const messages = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'a', name: 'ada' },
      { role: 'assistant', content: 'b', reasoning: 'r', refusal: null },
      { role: 'user', content: ['c', { type: 'image', image: 'data:image/png;base64,AA', uuid: 'u' }] },
    ];
    assert.deepEqual(messagesOf('mistral', messages), [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'c' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
        ],
      },
    ]);
    assert.deepEqual(notesOf('mistral', { messages }), [
      'messages[].role;translated',
      'messages[].name;ignored',
      'messages[].reasoning;ignored',
      'messages[].content[].uuid;ignored',
    ]);
  });

  it('have their reasoning where the upstream looks for it', () => {
    const said = (fields: object) => [{ role: 'assistant', content: 'a', ...fields }];
    assert.deepEqual(messagesOf('cerebras', said({ reasoning_content: 'r' })), said({ reasoning: 'r' }));
    assert.deepEqual(
      messagesOf('deepseek', said({ reasoning: 'r', reasoning_content: 'r' })),
      said({ reasoning_content: 'r' }),
    );
    const parts = [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'r' },
          { type: 'text', text: 'a' },
        ],
      },
    ];
    assert.deepEqual(messagesOf('deepseek', parts), [
      { role: 'assistant', content: [{ type: 'text', text: 'a' }], reasoning_content: 'r' },
    ]);
  });

  it('of the older form are those of today', () => {
    const messages = [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: '3' },
    ];
    assert.deepEqual(messagesOf('openai', messages), [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ type: 'function', id: 'call_0', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_0', name: 'f', content: '3' },
    ]);
  });

  it('have short ids for calls where those are wanted, alike for call and result', () => {
    const messages = [
      {
        role: 'assistant',
        tool_calls: [{ id: 'call_a-very-long-id', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'call_a-very-long-id', content: '3' },
    ];
    const sent = JSON.stringify(messagesOf('mistral', messages));
    const ids = [...sent.matchAll(/"(?:id|tool_call_id)":"([^"]*)"/g)].map(([, id]) => id);
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1]);
    assert.match(ids[0] ?? '', /^[a-zA-Z0-9]{9}$/);
  });

  it('are marked when they are to be continued', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ];
    const given = { continue_final_message: true, add_generation_prompt: false };
    assert.deepEqual(messagesOf('mistral', messages, given), [messages[0], { ...messages[1], prefix: true }]);
    assert.deepEqual(fieldsOf('mistral', { messages, ...given }), {});
    assert.deepEqual(fieldsOf('vllm', { messages, continue_final_message: true }), given);
    assert.deepEqual(fieldsOf('sglang', { messages, ...given }), { continue_final_message: true });
    assert.equal(refusedOf('openai', { messages, ...given }), 'continue_final_message');
  });

  const misfits: readonly (readonly [provider: string, message: object, path: string])[] = [
    ['openai', { role: 'critic', content: 'a' }, 'messages[0]'],
    ['openai', { author: { role: 'user' }, content: 'a' }, 'messages[0]'],
    [
      'ollama',
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] },
      'messages[0].content[0]',
    ],
    [
      'groq',
      { role: 'user', content: ['a', { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } }] },
      'messages[0].content[1]',
    ],
    [
      'vllm',
      { role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'f', input: 'x' } }] },
      'messages[0].tool_calls',
    ],
  ];
  for (const [provider, message, path] of misfits) {
    it(`${provider} does not take ${JSON.stringify(message).slice(0, 60)}`, () => {
      assert.equal(refusedOf(provider, { messages: [message] }), path);
    });
  }
});
