import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import Type from 'typebox';
import * as v from 'valibot';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod/v3';
import { zodToJsonSchema } from 'zod-to-json-schema';
import { AnswerError } from '../answer-error.ts';
import { Parley } from '../client.ts';
import { collect } from '../collect.test.support.ts';
import { StreamInterruptedError } from '../errors.ts';
import type { Schema } from '../schema/infer.ts';
import { InvalidValueError, type ToJsonSchema } from '../schema/schema.ts';
import { SchemaError } from '../schema/strict.ts';
import { answer, completion, json, messages, ScriptedServer, sse } from '../server.test.support.ts';

const plain = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  required: ['name'],
} as const;

/** The same form in each library: a name, and an age that may be absent and is not negative. */
const SCHEMAS: Readonly<Record<string, [schema: Schema, jsonSchema?: ToJsonSchema<never>]>> = {
  'zod 4': [z.object({ name: z.string(), age: z.int().min(0).optional() })],
  'zod mini': [
    mini.object({ name: mini.string(), age: mini.optional(mini.int().check(mini.minimum(0))) }),
    z.toJSONSchema,
  ],
  'zod 3': [z3.object({ name: z3.string(), age: z3.number().int().min(0).optional() }), zodToJsonSchema],
  valibot: [
    v.object({ name: v.string(), age: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))) }),
    toJsonSchema,
  ],
  arktype: [type({ name: 'string', 'age?': 'number.integer >= 0' })],
  typebox: [Type.Object({ name: Type.String(), age: Type.Optional(Type.Integer({ minimum: 0 })) })],
  'JSON Schema': [plain],
};

function sentFormat(server: ScriptedServer): {
  name: string;
  strict: boolean;
  schema: Record<string, unknown>;
} {
  assert.ok(server.seen[0]);
  // This is what the client sends, as the test of it is about to find.
  const body = server.seen[0].body as { response_format: { json_schema: ReturnType<typeof sentFormat> } };
  return body.response_format.json_schema;
}

for (const [name, [schema, jsonSchema]] of Object.entries(SCHEMAS)) {
  test(`${name}: sent in strict form, read and checked`, async () => {
    const texts = [
      '{"name":"Ada","age":36}',
      '{"name":"Ada","age":null}',
      '{"name":"Ada","age":-1}',
      '{"age":1}',
    ];
    await using server = await ScriptedServer.start(...texts.map((text) => json(completion(text))));
    const { chat } = new Parley({ baseURL: server.baseURL });
    // Each schema stands beside the function for it.
    const parse = () => chat.parse({ messages, schema, jsonSchema: jsonSchema as ToJsonSchema<Schema> });
    assert.deepEqual((await parse()).parsed, { name: 'Ada', age: 36 });
    assert.deepEqual((await parse()).parsed, { name: 'Ada' }, 'null stands for what is optional');
    for (const _ of [2, 3]) {
      await assert.rejects(parse(), (error) => {
        return (
          error instanceof AnswerError &&
          error.reason === 'schema' &&
          error.cause instanceof InvalidValueError
        );
      });
    }
    const { name: called, strict, schema: sent } = sentFormat(server);
    assert.deepEqual([called, strict], ['answer', true]);
    assert.deepEqual([sent.required, sent.additionalProperties], [['name', 'age'], false]);
  });
}

test('what the schema transforms, and its defaults, are in the result', async () => {
  await using server = await ScriptedServer.start(json(completion('{"day":"2026-01-02","times":null}')));
  const schema = z.object({
    day: z.iso.date().transform((day) => new Date(day)),
    times: z.number().default(3),
  });
  const { parsed, choices, requestId } = await new Parley({ baseURL: server.baseURL }).chat.parse({
    messages,
    schema,
  });
  assert.deepEqual(parsed, { day: new Date('2026-01-02'), times: 3 });
  assert.deepEqual(choices[0]?.message.parsed, parsed);
  assert.equal(requestId, undefined);
});

test('without strict the schema goes as it is, and may be of any type', async () => {
  await using server = await ScriptedServer.start(json(completion('[1,2]')));
  const { chat } = new Parley({ baseURL: server.baseURL });
  const schema = { type: 'array', items: { type: 'number' } } as const;
  const { parsed } = await chat.parse({ messages, schema, strict: false, schemaName: 'numbers' });
  assert.deepEqual(parsed, [1, 2]);
  const response_format = { type: 'json_schema', json_schema: { name: 'numbers', schema, strict: false } };
  assert.deepEqual(server.seen[0]?.body, { messages, response_format });
});

test('schemas that cannot be used are refused before anything is sent', async () => {
  await using server = await ScriptedServer.start(json(completion('{}')));
  const { chat } = new Parley({ baseURL: server.baseURL });
  const refused: [Schema, RegExp][] = [
    [z.array(z.string()), /of an object, got "array"/],
    [v.object({}), /valibot does not say what it is as JSON Schema/],
    [{ type: 'object', properties: { a: { if: {} } } }, /"if" in a JSON Schema/],
  ];
  for (const [schema, message] of refused) {
    await assert.rejects(
      chat.parse({ messages, schema }),
      (error) => error instanceof SchemaError && message.test(error.message),
    );
  }
  assert.equal(server.seen.length, 0);
});

test('answers that are none have a reason, and are there', async () => {
  const answers = [
    ['refusal', completion(null, { refusal: 'I will not' })],
    ['length', completion('{"name":"A"}', {}, 'length')],
    ['content_filter', completion('{"na', {}, 'content_filter')],
    ['json', completion('Sure! {"name":"A"}')],
    ['json', completion('')],
  ] as const;
  await using server = await ScriptedServer.start(
    ...answers.map(([, body]) => json(body, 200, { 'x-request-id': 'r' })),
  );
  for (const [reason, body] of answers) {
    const call = new Parley({ baseURL: server.baseURL }).chat.parse({ messages, schema: plain });
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof AnswerError, String(error));
      assert.deepEqual([error.reason, error.completion, error.requestId], [reason, body, 'r']);
      return true;
    });
  }
});

test('an answer that calls tools is parsed as null', async () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  await using server = await ScriptedServer.start(
    json(completion(null, { tool_calls: [call] }, 'tool_calls')),
  );
  const { chat } = new Parley({ baseURL: server.baseURL });
  assert.equal((await chat.parse({ messages, schema: plain })).parsed, null);
});

test('streamed: partial values, then the checked one', async () => {
  await using server = await ScriptedServer.start(sse(answer('{"na', 'me": "A', 'da", "ag', 'e": 3', '6}')));
  const { chat } = new Parley({ baseURL: server.baseURL });
  const stream = await chat.parse({ messages, schema: plain, stream: true });
  assert.deepEqual(await collect(stream), [{}, { name: 'A' }, { name: 'Ada' }, { name: 'Ada', age: 36 }]);
  const { parsed, requestId } = await stream.final();
  assert.deepEqual([parsed, requestId], [{ name: 'Ada', age: 36 }, 'req-stream']);
  assert.equal(await stream.stream.text(), '{"name": "Ada", "age": 36}');
});

test('streamed: what breaks off or does not fit throws', async () => {
  await using server = await ScriptedServer.start(
    sse(answer('{"name":').slice(0, 2), 'silent'),
    sse(answer('{"name":1}')),
  );
  const { chat } = new Parley({ baseURL: server.baseURL });
  const open = () => chat.parse({ messages, schema: plain, stream: true });
  await assert.rejects(async () => (await open()).final(), StreamInterruptedError);
  await assert.rejects(async () => collect(await open()), AnswerError);
});

test('streamed: closing it closes the call', async () => {
  await using server = await ScriptedServer.start(sse(answer('{"name":"A').slice(0, 2), 'hang'));
  const { chat } = new Parley({ baseURL: server.baseURL });
  for await (const partial of await chat.parse({ messages, schema: plain, stream: true })) {
    assert.deepEqual(partial, { name: 'A' });
    break;
  }
  await server.idle();
});
