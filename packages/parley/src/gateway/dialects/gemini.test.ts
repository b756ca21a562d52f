import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode, notesOf, refusedOf } from './encode.test.support.ts';

const weather = {
  type: 'function',
  function: { name: 'weather', description: 'The weather.', parameters: { type: 'object' } },
};
const now = { type: 'function', function: { name: 'now' } };

function bodyOf(body: object, model = 'gemini-flash') {
  const { contents: _contents, ...fields } = encode('gemini', body, { model }).body;
  return fields;
}

describe('requests to Gemini', () => {
  it('have the address of a stream', () => {
    const call = encode('gemini', {}, { model: 'gemini-2.0-flash' });
    assert.equal(
      call.url,
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse',
    );
    assert.deepEqual(call.body, { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] });
    assert.deepEqual(call.notes, []);
  });

  const conversation = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        'Look:',
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'a', function: { name: 'weather', arguments: '{"city":"Köln"}' } },
        { id: 'b', function: { name: 'now', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: '{"sky":"grey"}' },
    { role: 'tool', tool_call_id: 'b', content: 'noon' },
    { role: 'user', content: 'So?' },
  ];

  it('carry every form of a conversation', () => {
    const { body, notes } = encode('gemini', { messages: conversation }, { model: 'gemini-2.5-pro' });
    assert.deepEqual(body.systemInstruction, { parts: [{ text: 'Be brief.' }] });
    assert.deepEqual(body.contents, [
      {
        role: 'user',
        parts: [
          { text: 'Look:' },
          { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
          { inlineData: { mimeType: 'audio/mp3', data: 'BBBB' } },
        ],
      },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'weather', args: { city: 'Köln' } } },
          { functionCall: { name: 'now', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'weather', response: { sky: 'grey' } } },
          { functionResponse: { name: 'now', response: { output: 'noon' } } },
          { text: 'So?' },
        ],
      },
    ]);
    assert.deepEqual(
      notes.map(({ name, change }) => `${name};${change}`),
      ['messages[].content[].image_url.detail;ignored'],
    );
  });

  it('stand in for the signatures that newer models want', () => {
    const contents = encode('gemini', { messages: conversation }, { model: 'gemini-3-pro' }).body
      .contents as { parts: object[] }[];
    assert.deepEqual(
      contents[1]?.parts.map((part) => 'thoughtSignature' in part),
      [true, false],
    );
  });

  const cases: readonly (readonly [body: object, fields: object, model?: string])[] = [
    [
      {
        temperature: 1,
        top_p: 1,
        top_k: 5,
        max_tokens: 9,
        stop: ['a'],
        seed: 2 ** 40 + 1,
        presence_penalty: 0.5,
        frequency_penalty: 0,
      },
      {
        generationConfig: {
          temperature: 1,
          topP: 1,
          topK: 5,
          seed: 1,
          stopSequences: ['a'],
          presencePenalty: 0.5,
          maxOutputTokens: 9,
        },
      },
    ],
    [{ logprobs: true, top_logprobs: 3 }, { generationConfig: { responseLogprobs: true, logprobs: 3 } }],
    [
      {
        tools: [weather, now],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ function: { name: 'now' } }] },
        },
      },
      {
        tools: [
          {
            functionDeclarations: [
              { name: 'weather', description: 'The weather.', parametersJsonSchema: { type: 'object' } },
              { name: 'now' },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['now'] } },
      },
    ],
    [
      { tools: [weather] },
      {
        tools: [
          {
            functionDeclarations: [
              { name: 'weather', description: 'The weather.', parametersJsonSchema: { type: 'object' } },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      },
    ],
    [
      { response_format: { type: 'json_object' } },
      { generationConfig: { responseMimeType: 'application/json' } },
    ],
    [
      { structured_outputs: { json: { type: 'array' } } },
      { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: { type: 'array' } } },
    ],
    [{}, { generationConfig: { thinkingConfig: { includeThoughts: true } } }, 'gemini-2.5-flash'],
    [
      { include_reasoning: false },
      { generationConfig: { thinkingConfig: { includeThoughts: false } } },
      'gemini-2.5-flash',
    ],
    [
      { reasoning_effort: 'medium' },
      { generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 8_192 } } },
      'gemini-2.5-flash',
    ],
    [
      { disable_reasoning: true },
      { generationConfig: { thinkingConfig: { includeThoughts: false, thinkingBudget: 0 } } },
      'gemini-2.5-flash',
    ],
    [
      { reasoning_effort: 'xhigh' },
      { generationConfig: { thinkingConfig: { includeThoughts: true, thinkingLevel: 'high' } } },
      'gemini-3-pro',
    ],
  ];
  for (const [body, fields, model] of cases) {
    it(`${model ?? ''} ${JSON.stringify(body).slice(0, 90)}`, () =>
      assert.deepEqual(bodyOf(body, model), fields));
  }

  it('tell what goes by other names', () => {
    assert.deepEqual(notesOf('gemini', { max_tokens: 5, stop: 'x', temperature: 0.2, seed: 2 ** 40 }), [
      'max_tokens;translated',
      'stop;translated',
      'seed;translated',
    ]);
  });

  const refusals: readonly (readonly [body: object, param: string])[] = [
    [{ tools: [weather], parallel_tool_calls: false }, 'parallel_tool_calls'],
    [{ logit_bias: { 5: 1 } }, 'logit_bias'],
    [{ n: 2 }, 'n'],
    [
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] },
        ],
      },
      'messages[0].content[0]',
    ],
  ];
  for (const [body, param] of refusals) {
    it(`cannot be asked for ${JSON.stringify(body).slice(0, 60)}`, () =>
      assert.equal(refusedOf('gemini', body), param));
  }

  it('cannot be asked to answer without thinking where the model always thinks', () => {
    assert.throws(
      () => encode('gemini', { reasoning_effort: 'none' }, { model: 'gemini-3-pro' }),
      /without thinking/,
    );
  });
});
