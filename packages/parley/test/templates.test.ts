import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--allow-request-templates']);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

const HELLO = [{ role: 'user', content: 'Hello!' }];
const DOCUMENTS = [{ title: 'T', text: 'D' }];

async function post(
  path: string,
  body: object,
): Promise<{ status: number; header: string | null; text: string }> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, header: response.headers.get('x-parley-parameters'), text };
}

const chat = (more: object) =>
  post('/v1/chat/completions', { messages: HELLO, max_completion_tokens: 4, ...more });

test('a message that the template has no place for is refused by path', async () => {
  for (const stream of [false, true]) {
    const messages = [{ role: 'critic', content: 'hello there' }];
    const { status, text } = await chat({ messages, stream });
    assert.equal(status, 400);
    const { error } = JSON.parse(text);
    assert.deepEqual([error.param, error.code], ['messages[0]', 'unsupported_parameter']);
    assert.match(error.message, /^messages\[0\]: .* no place for role 'critic'.*'system' or 'user'/);
  }
  const second = await chat({ messages: [...HELLO, { role: 'critic', content: 'Hello' }] });
  assert.equal(JSON.parse(second.text).error.param, 'messages[1]');
});

test('the roles that the template knows are taken', async () => {
  const messages = ['system', 'developer', 'user', 'assistant', 'tool', 'user'].map((role) => ({
    role,
    content: 'hi',
    ...(role === 'tool' && { tool_call_id: 'c' }),
  }));
  const { status, header, text } = await chat({ messages });
  assert.deepEqual([status, header], [200, null], text);
});

test('what the template does not read is named in the header, streamed or not', async () => {
  for (const stream of [false, true]) {
    const { status, header } = await chat({ documents: DOCUMENTS, stream });
    assert.deepEqual([status, header], [200, 'documents;ignored']);
  }
  const all = await chat({
    documents: DOCUMENTS,
    chat_template_kwargs: { tone: 'dry' },
    messages: [{ ...HELLO[0], name: 'Ann' }],
  });
  assert.equal(all.header, 'documents;ignored, chat_template_kwargs;ignored, messages[].name;ignored');
});

test('what the template reads is not', async () => {
  const { status, header, text } = await chat({
    documents: DOCUMENTS,
    chat_template_kwargs: { tone: 'dry' },
    messages: [{ ...HELLO[0], name: 'Ann' }],
    chat_template: '{{ tone }}{{ documents[0].text }}{{ messages[0].name }}: {{ messages[0].content }}',
  });
  assert.deepEqual([status, header], [200, null], text);
});

test('looking at the tokens tells the same', async () => {
  const { status, header } = await post('/tokenize', {
    messages: HELLO,
    chat_template_kwargs: { tone: 'dry' },
  });
  assert.deepEqual([status, header], [200, 'chat_template_kwargs;ignored']);
});
