import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Packr } from 'msgpackr';
import { type Client, chatCompletionOf, type Fields, refusalOf } from '../http/client.ts';
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

/** Bodies that all ask the same. */
function encodings(json: string): Record<string, [body: Uint8Array, headers: Record<string, string>]> {
  const packed = new Packr({ useRecords: false }).pack(JSON.parse(json));
  const msgpack = { 'content-type': 'application/vnd.msgpack' };
  return {
    'pretty-printed JSON': [Buffer.from(JSON.stringify(JSON.parse(json), null, 4)), {}],
    'JSON with a byte order mark': [Buffer.from(`\ufeff${json}`), {}],
    'a charset': [Buffer.from(json), { 'content-type': 'application/json; charset=UTF-8' }],
    gzip: [gzipSync(json), { 'content-encoding': 'gzip' }],
    deflate: [deflateSync(json), { 'content-encoding': 'deflate' }],
    brotli: [brotliCompressSync(json), { 'content-encoding': 'br' }],
    msgpack: [packed, msgpack],
    'gzipped msgpack': [gzipSync(packed), { ...msgpack, 'content-encoding': 'gzip' }],
  };
}

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

  test('bodies in every encoding are the same request', async () => {
    const plain = await client.answer();
    for (const [name, [body, headers]] of Object.entries(encodings(bodyOf()))) {
      const answer = chatCompletionOf(await client.post(PATH, body, headers));
      assert.deepEqual(answer.choices, plain.choices, name);
    }
  });

  test('bodies that are not what their headers say', async () => {
    refusalOf(await client.post(PATH, bodyOf(), { 'content-encoding': 'gzip' }));
    refusalOf(await client.post(PATH, gzipSync(bodyOf()).subarray(0, 40), { 'content-encoding': 'gzip' }));
    refusalOf(await client.post(PATH, Buffer.from([0xc1]), { 'content-type': 'application/vnd.msgpack' }));
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

  test('a body that comes in chunks, cut inside a character', async () => {
    const bytes = Buffer.from(bodyOf({ messages: [{ role: 'user', content: 'na\u00efve \u{1f600}' }] }));
    const stream = new ReadableStream({
      pull(controller) {
        if (sent >= bytes.length) controller.close();
        else controller.enqueue(bytes.subarray(sent, sent + 5));
        sent += 5;
      },
    });
    let sent = 0;
    const headers = { 'content-type': 'application/json' };
    chatCompletionOf(await client.send(PATH, { method: 'POST', headers, body: stream, duplex: 'half' }));
  });

  test('100-continue, and one connection for many calls', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 5; i++) {
      const statuses = await continued(client, bodyOf({ max_completion_tokens: 1 }), agent);
      assert.deepEqual(statuses, ['continue', 200]);
    }
    agent.destroy();
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

/** What a client sees that waits for the permission to send its body. */
function continued({ target }: Client, body: string, agent: Agent): Promise<(string | number | undefined)[]> {
  return new Promise((resolve, reject) => {
    const seen: (string | number | undefined)[] = [];
    const headers = {
      authorization: `Bearer ${target.key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    };
    const call = request(target.url + PATH, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve([...seen, response.statusCode]));
    });
    call.on('error', reject);
    call.on('continue', () => {
      seen.push('continue');
      call.end(body);
    });
    call.flushHeaders();
  });
}
