import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import { test } from 'node:test';
import { complete } from './request.mjs';

const USAGE = '"usage":{"completion_tokens":3,"prompt_tokens":7,"total_tokens":10}';

/** A server that answers with `answer(response, n)`, `n` counting requests from 1. */
async function withServer(answer, use) {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response, ++requests));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  const address = new URL(`http://127.0.0.1:${server.address().port}`);
  try {
    return await use({ name: 'test', address, model: 'm' }, agent);
  } finally {
    agent.destroy();
    server.close();
  }
}

const body = (stream, tokens = 3) => ({ messages: [], stream, max_tokens: tokens });

test('a stream is timed from its first event, and counted from its usage wherever it is cut', async () => {
  const text = `data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[],${USAGE}}\n\ndata: [DONE]\n\n`;
  for (let cut = 1; cut < text.length; cut += 7) {
    const answer = (response) => {
      response.write(': keep-alive\n\n');
      setImmediate(() => {
        response.write(text.slice(0, cut));
        setImmediate(() => response.end(text.slice(cut)));
      });
    };
    const measured = await withServer(answer, (target, agent) => complete(target, body(true), agent));
    assert.equal(measured.tokens, 3);
    assert.equal(measured.promptTokens, 7);
    assert.equal(measured.resent, 0);
    assert.ok(measured.firstMs > 0 && measured.firstMs <= measured.totalMs);
  }
});

test('a whole answer is counted', async () => {
  const answer = (response) => response.end(`{"choices":[],${USAGE}}`);
  const measured = await withServer(answer, (target, agent) => complete(target, body(false), agent));
  assert.equal(measured.tokens, 3);
});

test('a wrong number of tokens and an error status end the measurement', async () => {
  const short = (response) => response.end(`{${USAGE}}`);
  await assert.rejects(
    withServer(short, (target, agent) => complete(target, body(false, 4), agent)),
    /gave 3 tokens instead of 4/,
  );
  const refused = (response) => response.writeHead(400).end('{"error":"no"}');
  await assert.rejects(
    withServer(refused, (target, agent) => complete(target, body(false), agent)),
    /answered 400: .*no/,
  );
});

test('a connection closed without a word is tried again, and five times at most', async () => {
  const once = (response, n) => (n === 1 ? response.destroy() : response.end(`{${USAGE}}`));
  const measured = await withServer(once, (target, agent) => complete(target, body(false), agent));
  assert.equal(measured.resent, 1);
  const never = (response) => response.destroy();
  await assert.rejects(
    withServer(never, (target, agent) => complete(target, body(false), agent)),
    { code: 'ECONNRESET' },
  );
});
