import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, chatCompletionOf, type Fields } from '../http/client.ts';
import { ASK_WEATHER, WEATHER } from './tools.ts';

const PATH = '/v1/chat/completions';
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What generated clients put on every call. */
const STAINLESS = {
  'x-stainless-lang': 'js',
  'x-stainless-package-version': '1.91.0',
  'x-stainless-os': 'Linux',
  'x-stainless-arch': 'x64',
  'x-stainless-runtime': 'node',
  'x-stainless-runtime-version': 'v24.0.0',
  'x-stainless-retry-count': '1',
  'x-stainless-timeout': '60',
  'x-stainless-read-timeout': '60',
  'x-stainless-raw-response': 'stream',
  'x-stainless-helper-method': 'stream',
  'x-stainless-async': 'false',
  'user-agent': 'Cerebras/JS 1.91.0',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'idempotency-key': 'stainless-node-retry-1',
};

export function requests(client: Client): void {
  const bodyOf = (fields: Fields = {}) => JSON.stringify(client.question(fields));

  test('the connection is warmed', async () => {
    for (const prefix of ['/v1', '/openai/v1', '']) {
      const { status } = await client.send(`${prefix}/tcp_warming`);
      assert.equal(status, 200);
    }
  });

  test('headers of generated clients, and an empty cookie', async () => {
    const plain = await client.answer();
    const answer = await client.answer({}, { ...STAINLESS, cookie: '' });
    assert.deepEqual(answer.choices, plain.choices);
  });

  test('max_tokens in place of max_completion_tokens', async () => {
    const fields = { max_completion_tokens: undefined, ignore_eos: true };
    const answer = await client.answer({ ...fields, max_tokens: 3 });
    assert.equal(answer.usage.completion_tokens, 3);
    const both = await client.answer({ ...fields, max_tokens: 9, max_completion_tokens: 4 });
    assert.equal(both.usage.completion_tokens, 4);
  });

  test('tool_choice any', async () => {
    const answer = await client.answer({ ...ASK_WEATHER, tools: [WEATHER], tool_choice: 'any' });
    assert.equal(answer.choices[0]?.finish_reason, 'tool_calls');
  });

  test('keys that nobody knows do not harm, and are told', async () => {
    const plain = await client.answer();
    const body = bodyOf({ chat_session: 'a', extra: { deep: [1] } });
    const reply = await client.post(`${PATH}?api-version=2024-10-21&trace=`, body);
    assert.deepEqual(chatCompletionOf(reply).choices, plain.choices);
    const report = reply.headers.get('x-parley-parameters') ?? '';
    for (const name of ['chat_session', 'extra']) assert.ok(report.includes(name), report);
  });

  test('null is the same as nothing', async () => {
    const names = [
      'top_p',
      'stop',
      'seed',
      'tools',
      'tool_choice',
      'response_format',
      'stream_options',
      'n',
      'user',
    ];
    const nulls = Object.fromEntries(names.map((name) => [name, null]));
    assert.deepEqual((await client.answer(nulls)).choices, (await client.answer()).choices);
  });

  test('an image that the model cannot see: a 400 that names the part', async () => {
    const image = { type: 'image_url', image_url: { url: PIXEL } };
    const content = [{ type: 'text', text: 'What is this?' }, image];
    const { error } = await client.refusal({ messages: [{ role: 'user', content }] });
    assert.equal(error.param, 'messages[0].content[1]');
  });

  test('assistant content null, empty or absent beside its calls', async () => {
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    };
    const answers = await Promise.all(
      [null, undefined, ''].map((content) =>
        client.answer({
          messages: [
            ...ASK_WEATHER.messages,
            { role: 'assistant', content, tool_calls: [call] },
            { role: 'tool', tool_call_id: 'call_1', content: '{"temperature":21}' },
          ],
          tools: [WEATHER],
        }),
      ),
    );
    for (const { choices } of answers) assert.deepEqual(choices, answers[0]?.choices);
  });

  test('text in parts is text', async () => {
    const parts = [{ type: 'text', text: 'Hello!' }];
    const answer = await client.answer({ messages: [{ role: 'user', content: parts }] });
    assert.deepEqual(answer.choices, (await client.answer()).choices);
  });

  test('a web page may ask, where a key protects the server', async () => {
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-stainless-lang',
    };
    const reply = await client.send(PATH, { method: 'OPTIONS', headers });
    assert.ok(reply.status < 300);
    assert.ok(reply.headers.get('access-control-allow-origin'));
  });

  test('every answer has an id to be found by', async () => {
    const reply = await client.post(PATH, bodyOf());
    assert.ok(reply.headers.get('x-request-id'));
    const own = await client.post(PATH, bodyOf(), { 'x-request-id': 'mine-7' });
    assert.equal(own.headers.get('x-request-id'), 'mine-7');
  });
}
