import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Packr } from 'msgpackr';
import { type Client, chatCompletionOf, type Fields, refusalOf } from '../http/client.ts';

const PATH = '/v1/chat/completions';

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

/** How a request gets to the server. */
export function bodies(client: Client): void {
  const bodyOf = (fields: Fields = {}) => JSON.stringify(client.question(fields));

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

  test('a body that comes in chunks, cut inside a character', async () => {
    const bytes = Buffer.from(bodyOf({ messages: [{ role: 'user', content: 'na\u00efve \u{1f600}' }] }));
    let sent = 0;
    const stream = new ReadableStream({
      pull(controller) {
        if (sent >= bytes.length) controller.close();
        else controller.enqueue(bytes.subarray(sent, sent + 5));
        sent += 5;
      },
    });
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
