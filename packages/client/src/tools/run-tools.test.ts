import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { AnswerError } from '../answer-error.ts';
import { Parley } from '../client.ts';
import { collect } from '../collect.test.support.ts';
import { AbortError, ServerError } from '../errors.ts';
import { InvalidValueError } from '../schema/schema.ts';
import { SchemaError } from '../schema/strict.ts';
import {
  answer,
  chunk,
  completion,
  failing,
  json,
  messages,
  ScriptedServer,
  silence,
  sse,
} from '../server.test.support.ts';
import { type RunToolsParams, runTools, ToolLoopError } from './run-tools.ts';
import { tool } from './tool.ts';

const call = (id: string, name: string, text: string) => ({
  id,
  type: 'function',
  function: { name, arguments: text },
});

const calling = (...tool_calls: object[]) => json(completion(null, { tool_calls }, 'tool_calls'));

const weather = tool({
  name: 'weather',
  description: 'Weather of a place',
  parameters: z.object({ place: z.string(), unit: z.enum(['C', 'F']).optional() }),
  execute: ({ place, unit = 'C' }) => ({ place, degrees: 21, unit }),
});

const echo = tool({
  name: 'echo',
  parameters: { type: 'object', properties: {}, additionalProperties: false } as const,
  execute: () => 'plain text',
});

function run(server: ScriptedServer, params: Partial<RunToolsParams> = {}) {
  return new Parley({ baseURL: server.baseURL, maxRetries: 0 }).chat.runTools({
    messages,
    tools: [weather, echo],
    ...params,
  });
}

test('tools are called until the model answers; all of it can be seen', async () => {
  const calls = [call('c0', 'weather', '{"place":"Paris","unit":null}'), call('c1', 'echo', '')];
  await using server = await ScriptedServer.start(calling(...calls), json(completion('21 degrees.')));
  const running = run(server);
  const events = await collect(running);
  const results = [
    { role: 'tool', tool_call_id: 'c0', content: '{"place":"Paris","degrees":21,"unit":"C"}' },
    { role: 'tool', tool_call_id: 'c1', content: 'plain text' },
  ];
  const first = completion(null, { tool_calls: calls }, 'tool_calls');
  assert.deepEqual(events, [
    { type: 'completion', step: 1, completion: first },
    { type: 'tool-result', step: 1, call: calls[0], message: results[0] },
    { type: 'tool-result', step: 1, call: calls[1], message: results[1] },
    { type: 'completion', step: 2, completion: completion('21 degrees.') },
  ]);
  const conversation = [
    ...messages,
    { role: 'assistant', content: null, tool_calls: calls },
    ...results,
    { role: 'assistant', content: '21 degrees.' },
  ];
  assert.deepEqual(await running.final(), {
    completion: completion('21 degrees.'),
    completions: [first, completion('21 degrees.')],
    messages: conversation,
    text: '21 degrees.',
  });
  const [one, two] = server.seen.map(({ body }) => body as { messages: object[]; tools: object[] });
  assert.deepEqual([one?.messages, two?.messages], [messages, conversation.slice(0, -1)]);
  assert.deepEqual(one?.tools[1], {
    type: 'function',
    function: {
      name: 'echo',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
      strict: true,
    },
  });
});

test('streamed: the events of each completion come before it', async () => {
  const start = chunk({ tool_calls: [{ index: 0, ...call('c0', 'echo', '{}') }] });
  await using server = await ScriptedServer.start(
    sse([start, chunk({}, { finish_reason: 'tool_calls' })]),
    sse(answer('Done')),
  );
  const running = run(server, { stream: true });
  const types = (await collect(running)).map(({ type }) => type).filter((type) => type !== 'chunk');
  assert.deepEqual(types, [
    ...[
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'choice-end',
      'end',
      'completion',
      'tool-result',
    ],
    ...['text-delta', 'choice-end', 'usage', 'end', 'completion'],
  ]);
  assert.equal((await running.final()).text, 'Done');
});

test('what is wrong with a call is told to the model', async () => {
  const wrong = [
    call('c0', 'weather', '{"place":1}'),
    call('c1', 'weather', '{"place":'),
    call('c2', 'nothing', '{}'),
  ];
  await using server = await ScriptedServer.start(calling(...wrong), json(completion('Sorry.')));
  const results = (await collect(run(server))).filter((event) => event.type === 'tool-result');
  assert.deepEqual(
    results.map(({ message }) => message.content),
    [
      `Error: The value does not fit its schema: place: Invalid input: expected string, received number.`,
      'Error: The value does not fit its schema: the arguments are no JSON.',
      'Error: The value does not fit its schema: there is no tool "nothing".',
    ],
  );
  assert.ok(results.every(({ error }) => error instanceof InvalidValueError));
});

test('a tool that throws ends the run, or is told to the model', async () => {
  const fault = new Error('out of order');
  const broken = tool({
    name: 'broken',
    parameters: { type: 'object' },
    execute: () => {
      throw fault;
    },
  });
  await using server = await ScriptedServer.start(calling(call('c', 'broken', '{}')));
  await assert.rejects(run(server, { tools: [broken] }).final(), fault);

  await using other = await ScriptedServer.start(
    calling(call('c', 'broken', '{}')),
    json(completion('Sorry.')),
  );
  const result = await run(other, { tools: [broken], onToolError: 'tell' }).final();
  assert.deepEqual(result.messages.at(-2), {
    role: 'tool',
    tool_call_id: 'c',
    content: 'Error: out of order',
  });
});

test('calls of tools that only the caller can run end the run', async () => {
  const foreign = { type: 'function', function: { name: 'foreign' } } as const;
  const calls = [call('c0', 'foreign', '{}'), call('c1', 'echo', '{}')];
  await using server = await ScriptedServer.start(calling(...calls));
  const { completion: last, text } = await run(server, { tools: [foreign, echo] }).final();
  assert.deepEqual([last.choices[0]?.message.tool_calls, text], [calls, '']);
});

test('the loop has an end', async () => {
  await using server = await ScriptedServer.start(calling(call('c', 'echo', '{}')));
  await assert.rejects(run(server, { maxSteps: 3 }).final(), (error) => {
    assert.ok(error instanceof ToolLoopError);
    assert.deepEqual([error.completions.length, error.messages.length], [3, 7]);
    return true;
  });
  assert.equal(server.seen.length, 3);
});

test('a forced call is forced once', async () => {
  await using server = await ScriptedServer.start(calling(call('c', 'echo', '{}')), json(completion('ok')));
  await run(server, { tool_choice: 'required' }).final();
  const choices = server.seen.map(({ body }) => (body as { tool_choice?: unknown }).tool_choice);
  assert.deepEqual(choices, ['required', 'auto']);
});

test('calls that were cut off are not made', async () => {
  const cut = json(completion(null, { tool_calls: [call('c', 'echo', '{}')] }, 'length'));
  await using server = await ScriptedServer.start(cut);
  await assert.rejects(
    run(server).final(),
    (error) => error instanceof AnswerError && error.reason === 'length',
  );
});

test('the reasoning goes back with the message, under one name', async () => {
  const message = {
    tool_calls: [call('c', 'echo', '{}')],
    reasoning: 'r',
    reasoning_content: 'r',
    annotations: [],
  };
  const thinking = json(completion(null, message, 'tool_calls'));
  await using server = await ScriptedServer.start(thinking, json(completion('ok')));
  const { messages: all } = await run(server).final();
  assert.deepEqual(all[1], {
    role: 'assistant',
    content: null,
    tool_calls: message.tool_calls,
    reasoning: 'r',
  });
});

test('failures of a call end the run with their error', async () => {
  await using server = await ScriptedServer.start(calling(call('c', 'echo', '{}')), failing(500));
  await assert.rejects(run(server).final(), ServerError);
});

test('leaving the run ends what is under way, and tells the tools', async () => {
  await using server = await ScriptedServer.start(calling(call('c', 'slow', '{}')));
  let signal: AbortSignal | undefined;
  const slow = tool({
    name: 'slow',
    parameters: { type: 'object' },
    execute: (_, context) => {
      signal = context.signal;
      return new Promise((_, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
    },
  });
  const running = run(server, { tools: [slow] });
  const final = running.final();
  while (!signal) await new Promise(setImmediate);
  await running.close();
  await assert.rejects(final, AbortError);
  assert.equal(signal.aborted, true);

  await using mute = await ScriptedServer.start(silence);
  const waiting = run(mute);
  const result = waiting.final();
  while (mute.seen.length < 1) await new Promise(setImmediate);
  await waiting.close();
  await assert.rejects(result, AbortError);
  await mute.idle();
});

test('tools whose parameters cannot be sent are refused when they are made', () => {
  assert.throws(() => tool({ name: 'x', parameters: z.string(), execute: () => 1 }), SchemaError);
});

test('as a function, with the least of a client', async () => {
  const { ParleyCore } = await import('../core.ts');
  await using server = await ScriptedServer.start(json(completion('Hello!')));
  const client = new ParleyCore({ baseURL: server.baseURL });
  assert.equal((await runTools(client, { messages, tools: [echo] }).final()).text, 'Hello!');
});
