import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupportedParameter } from '@parley/protocol';
import type { ChatRequest } from '../../core/complete.ts';
import { chunkSchema, wholeSchema } from '../chat-answers.test.support.ts';
import { type Script, says } from '../fake-backend.test.support.ts';
import { failure, readEvents, TestServer } from '../test-server.test.support.ts';

const lenient = { parley: { unsupported: 'report' } };
const tools = [{ type: 'function', function: { name: 'f' } }];

/** Refuses these as the engine does: one at a time, before it says anything. */
const refusing = (...names: (keyof ChatRequest['parameters'])[]): Script =>
  async function* (request, context) {
    const refused = names.find((name) => request.parameters[name] !== undefined);
    if (refused) throw unsupportedParameter(refused, `'${refused}' is not supported by this model.`);
    yield* says('Hi')(request, context);
  };

test('leniency in the body: what is refused or out of range is named, everywhere', async () => {
  await using server = await TestServer.start();
  server.backend.script = refusing('tools', 'verbosity');
  const wish = {
    tools,
    verbosity: 'low',
    temperature: 2.5,
    max_tokens: 3,
    max_completion_tokens: 2,
    colour: 1,
  };
  const entries = [
    {
      name: 'temperature',
      change: 'clamped',
      detail: 'temperature must be between 0 and 2: 2 was used in place of 2.5.',
      sent: 2.5,
      used: 2,
    },
    {
      name: 'max_tokens',
      change: 'translated',
      detail: 'max_completion_tokens: 2 wins over max_tokens: 3.',
      sent: 3,
      used: 2,
    },
    { name: 'colour', change: 'ignored', detail: "'colour' is not a parameter of this server.", sent: 1 },
    { name: 'tools', change: 'ignored', detail: "'tools' is not supported by this model." },
    {
      name: 'verbosity',
      change: 'ignored',
      detail: "'verbosity' is not supported by this model.",
      sent: 'low',
    },
  ];
  const header =
    'temperature;clamped, max_tokens;translated, colour;ignored, tools;ignored, verbosity;ignored';
  const response = await server.chat({ ...wish, ...lenient });
  assert.equal(response.headers.get('x-parley-parameters'), header);
  assert.deepEqual(wholeSchema.Parse(await response.json()).parley?.parameters, entries);
  for (const stream_options of [null, { include_usage: true }]) {
    const streamed = await server.chat({ ...wish, ...lenient, stream: true, stream_options });
    assert.equal(streamed.headers.get('x-parley-parameters'), header);
    const events = await readEvents(streamed);
    assert.equal(events.pop(), '[DONE]');
    const chunks = events.map((data) => chunkSchema.Parse(JSON.parse(data)));
    assert.deepEqual(chunks.pop()?.parley?.parameters, entries);
    assert.ok(chunks.every((chunk) => !('parley' in chunk)));
  }
  const used = server.backend.calls.at(-1)?.request.parameters;
  assert.deepEqual([used?.temperature, used?.tools, used?.verbosity], [2, undefined, undefined]);
});

test('strict is the default, and a request may insist on it', async () => {
  await using strict = await TestServer.start();
  strict.backend.script = refusing('tools');
  const { status, param, code } = await failure(await strict.chat({ tools }));
  assert.deepEqual([status, param, code], [400, 'tools', 'unsupported_parameter']);
  assert.equal((await failure(await strict.chat({ temperature: 2.5 }))).code, 'out_of_range');
  await using loose = await TestServer.start({ unsupported: 'report' });
  loose.backend.script = refusing('tools');
  const insisting = { tools, parley: { unsupported: 'strict' } };
  assert.equal((await failure(await loose.chat(insisting))).param, 'tools');
});

test("the operator's leniency names everything in the header; the body stays as clients know it, unless asked", async () => {
  await using server = await TestServer.start({ unsupported: 'report' });
  server.backend.script = refusing('tools');
  const response = await server.chat({ tools, n: 1000 });
  assert.equal(response.headers.get('x-parley-parameters'), 'n;clamped, tools;ignored');
  assert.equal('parley' in wholeSchema.Parse(await response.json()), false);
  const asked = await server.chat({ tools, parley: { report: true } });
  assert.equal(wholeSchema.Parse(await asked.json()).parley?.parameters[0]?.name, 'tools');
});

test('a report that was asked for is there also when there is nothing to say', async () => {
  await using server = await TestServer.start();
  const response = await server.chat({ parley: { report: true } });
  assert.equal(response.headers.get('x-parley-parameters'), null);
  assert.deepEqual(wholeSchema.Parse(await response.json()).parley, { parameters: [] });
});

test('what cannot be left out stays a 400', async () => {
  await using server = await TestServer.start();
  server.backend.script = () => {
    throw unsupportedParameter('messages[0].content[0]', 'messages[0].content[0] is an image.');
  };
  const part = await failure(await server.chat(lenient));
  assert.deepEqual([part.status, part.param], [400, 'messages[0].content[0]']);
  assert.equal((await failure(await server.chat({ ...lenient, temperature: 'hot' }))).code, 'invalid_type');
});

test('legacy completions: the parameters of this endpoint alone are left out as well', async () => {
  await using server = await TestServer.start();
  const wish = { prompt: ['a', 'b'], suffix: 'z', best_of: 3, n: 2, logprobs: 9 };
  assert.equal(
    (await failure(await server.post('/v1/completions', { ...wish, logprobs: 2 }))).param,
    'suffix',
  );
  server.backend.script = refusing('min_p');
  const response = await server.post('/v1/completions', { ...wish, min_p: 0.5, n: 1, ...lenient });
  assert.equal(response.status, 200);
  const header = 'logprobs;clamped, suffix;ignored, best_of;ignored, min_p;ignored';
  assert.equal(response.headers.get('x-parley-parameters'), header);
  const body = (await response.json()) as { parley: { parameters: unknown[] }; choices: unknown[] };
  assert.deepEqual([body.parley.parameters.length, body.choices.length], [4, 2]);
});
