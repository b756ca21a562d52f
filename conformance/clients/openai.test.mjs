import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPITAL, GREETING, installed, KEY, MODEL, PLACE, QUESTION, URL } from './given.mjs';
import { completionScenarios, stainlessScenarios } from './stainless.mjs';

const openai = await installed('openai');
if (openai) {
  const client = new openai.OpenAI({ apiKey: KEY, baseURL: `${URL}/v1` });
  stainlessScenarios(client, openai);
  completionScenarios(client);
  helperScenarios(client.chat.completions);
  storedScenarios(client.chat.completions);

  test('a refusal tells parameter and code', async () => {
    const call = client.chat.completions.create({ model: MODEL, messages: [] });
    await assert.rejects(call, ({ status, param, code, type }) => {
      assert.deepEqual(
        [status, param, code, type],
        [400, 'messages', 'out_of_range', 'invalid_request_error'],
      );
      return true;
    });
  });
}

function helperScenarios(completions) {
  const asked = { model: MODEL, messages: GREETING, max_completion_tokens: 16 };
  let asks = 0;
  const runnable = {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Get the weather of a city',
      parameters: PLACE,
      parse: JSON.parse,
      function: ({ city }) => {
        asks++;
        return `It rains in ${city}.`;
      },
    },
  };

  test('stream() tells its events', async () => {
    const stream = completions.stream(asked);
    const seen = new Set();
    for (const event of [
      'connect',
      'chunk',
      'content',
      'content.delta',
      'content.done',
      'chatCompletion',
      'end',
    ]) {
      stream.on(event, () => seen.add(event));
    }
    const final = await stream.finalChatCompletion();
    await stream.done();
    assert.equal(seen.size, 7);
    assert.equal(await stream.finalContent(), final.choices[0].message.content);
    assert.ok((await stream.totalUsage()).total_tokens > 0);
  });

  test('stream() tells the arguments of a call as they come', async () => {
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: PLACE } }];
    const stream = completions.stream({
      ...asked,
      messages: QUESTION,
      tools,
      tool_choice: 'required',
      max_completion_tokens: 80,
    });
    let pieces = 0;
    const done = [];
    stream.on('tool_calls.function.arguments.delta', () => pieces++);
    stream.on('tool_calls.function.arguments.done', (call) => done.push(call.name));
    await stream.done();
    assert.ok(pieces > 1);
    assert.deepEqual(done, ['get_weather']);
  });

  test('parse() gives the value of a strict schema', async () => {
    const json_schema = { name: 'capital', strict: true, schema: CAPITAL };
    const format = { type: 'json_schema', json_schema, $parseRaw: JSON.parse };
    Object.defineProperty(format, '$brand', { value: 'auto-parseable-response-format', enumerable: false });
    const answer = await completions.parse({ ...asked, response_format: format, max_completion_tokens: 60 });
    assert.ok(Number.isInteger(answer.choices[0].message.parsed?.rank));
  });

  for (const stream of [false, true]) {
    test(`runTools() calls the function and goes on, stream: ${stream}`, async () => {
      const before = asks;
      const runner = completions.runTools(
        {
          ...asked,
          messages: QUESTION,
          tools: [runnable],
          stream,
          temperature: 0,
          max_completion_tokens: 80,
        },
        { maxChatCompletions: 3 },
      );
      await runner.done();
      assert.ok(asks > before);
      assert.ok(
        runner.messages.some(({ role, content }) => role === 'tool' && content.startsWith('It rains in')),
      );
    });
  }
}

function storedScenarios(completions) {
  test('what is stored is listed, read, changed and deleted', async () => {
    const metadata = { run: `conformance-${process.pid}` };
    const { id } = await completions.create({
      model: MODEL,
      messages: GREETING,
      max_completion_tokens: 4,
      store: true,
      metadata,
    });
    const ids = [];
    for await (const each of completions.list({ metadata })) ids.push(each.id);
    assert.deepEqual(ids, [id]);
    assert.equal((await completions.retrieve(id)).id, id);
    const roles = [];
    for await (const message of completions.messages.list(id)) roles.push(message.role);
    assert.deepEqual(roles, ['system', 'user']);
    const changed = await completions.update(id, { metadata: { run: 'done' } });
    assert.deepEqual(changed.metadata, { run: 'done' });
    assert.equal((await completions.delete(id)).deleted, true);
  });
}
