import { test } from 'node:test';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import { expectTypeOf } from 'expect-type';
import Type from 'typebox';
import * as v from 'valibot';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import { zodToJsonSchema } from 'zod-to-json-schema';
import { type AtomaEventStream, atoma } from '../src/facades/atoma.ts';
import { cerebras } from '../src/facades/cerebras.ts';
import { lightcone } from '../src/facades/lightcone.ts';
import {
  type Answer,
  type ApiPromise,
  type ChatCompletion,
  type ChatCompletionChunk,
  type Completion,
  type CompletionChunk,
  type HuggingFaceModelList,
  type ModelList,
  Parley,
  type Run,
  type StoredChatCompletion,
  type Stream,
  type WithResponse,
} from '../src/index.ts';
import type { DeepPartial, Infer, ParsedCompletion, ParsedStream } from '../src/parse/index.ts';
import { type ToolEvent, type ToolResult, tool } from '../src/tools/index.ts';

const client = new Parley();
const messages = [{ role: 'user', content: 'Hello!' } as const];
const { create } = client.chat.completions;
type Whole = Answer<ChatCompletion>;
type Chunks = Stream<ChatCompletionChunk>;

// None of these functions is called: what is tested is that they compile, and to which types.

test('stream decides what comes', () => {
  const calls = () => ({
    absent: create({ messages }),
    off: create({ messages, stream: false }),
    on: create({ messages, stream: true }),
    either: create({ messages, stream: Math.random() < 0.5 }),
    older: client.completions.create({ prompt: 'a' }),
    olderStream: client.completions.create({ prompt: [1, 2], stream: true }),
  });
  expectTypeOf(calls).returns.toEqualTypeOf<{
    absent: ApiPromise<Whole>;
    off: ApiPromise<Whole>;
    on: ApiPromise<Chunks>;
    either: ApiPromise<Whole | Chunks>;
    older: ApiPromise<Answer<Completion>>;
    olderStream: ApiPromise<Stream<CompletionChunk>>;
  }>();
  expectTypeOf<Awaited<ReturnType<typeof calls>['on']>>().toEqualTypeOf<Chunks>();
});

test('parameters are checked; others are let through where they are named', () => {
  const calls = () => [
    create({ messages, temperature: 0.5, min_p: 0.1, stop: ['a'], seed: '12345678901234567890' }),
    // @ts-expect-error temperature is a number
    create({ messages, temperature: 'hot' }),
    // @ts-expect-error a slip of the pen
    create({ messages, temprature: 1 }),
    // @ts-expect-error messages are required
    create({ temperature: 1 }),
    create<{ my_parameter: number }>({ messages, my_parameter: 3 }),
    // @ts-expect-error the named one has a type
    create<{ my_parameter: number }>({ messages, my_parameter: 'x' }),
    client.chat.stream<{ my_parameter: number }>({ messages, my_parameter: 3 }),
    create({ messages }, { body: { anything: [1] } }),
    // @ts-expect-error no such option
    create({ messages }, { timeouts: 3 }),
    create({ messages }, { timeout: 1000, maxRetries: { strategy: 'none' }, headers: { a: null } }),
    create({ messages }, { timeout: { connect: 1, firstToken: 2, idle: 3, total: 4 } }),
  ];
  expectTypeOf(calls).toBeFunction();
});

test('chunks and answers', () => {
  expectTypeOf<Chunks>().toExtend<AsyncIterableIterator<ChatCompletionChunk>>();
  expectTypeOf<Whole['choices'][number]['message']['content']>().toEqualTypeOf<string | null>();
  expectTypeOf<Whole['requestId']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Whole>().not.toBeAny();
  expectTypeOf(client.chat.completions.retrieve).returns.toEqualTypeOf<
    ApiPromise<Answer<StoredChatCompletion>>
  >();
  expectTypeOf(client.chat.completions.list).returns.toExtend<AsyncIterable<StoredChatCompletion>>();
  const lists = () => ({
    own: client.models.list(),
    huggingface: client.models.list({ format: 'huggingface' }),
  });
  expectTypeOf(lists).returns.toEqualTypeOf<{
    own: ApiPromise<Answer<ModelList>>;
    huggingface: ApiPromise<Answer<HuggingFaceModelList>>;
  }>();
});

test('raw access keeps the overloads', () => {
  const { withRawResponse, withStreamingResponse } = client.chat.completions;
  const calls = () => ({
    whole: withRawResponse.create({ messages }),
    streamed: withRawResponse.create({ messages, stream: true }),
    response: withStreamingResponse.create({ messages }),
    nested: client.chat.withRawResponse.completions.create({ messages }),
    pages: withRawResponse.messages.list('id'),
  });
  type Called = ReturnType<typeof calls>;
  expectTypeOf<Called['whole']>().toEqualTypeOf<Promise<WithResponse<Whole>>>();
  expectTypeOf<Called['streamed']>().toEqualTypeOf<Promise<WithResponse<Chunks>>>();
  expectTypeOf<Called['response']>().toEqualTypeOf<Promise<Response>>();
  expectTypeOf<Called['nested']>().toEqualTypeOf<Promise<WithResponse<Whole>>>();
  expectTypeOf<Awaited<Called['pages']>['data']['has_more']>().toEqualTypeOf<boolean>();
});

interface Person {
  name: string;
  age?: number | undefined;
}

test('parse gives what the schema gives, in every library', () => {
  const calls = () => ({
    zod: client.chat.parse({ messages, schema: z.object({ name: z.string(), age: z.number().optional() }) }),
    zod3: client.chat.parse({
      messages,
      schema: z3.object({ name: z3.string(), age: z3.number().optional() }),
      jsonSchema: zodToJsonSchema,
    }),
    valibot: client.chat.parse({
      messages,
      schema: v.object({ name: v.string(), age: v.optional(v.number()) }),
      jsonSchema: toJsonSchema,
    }),
    arktype: client.chat.parse({ messages, schema: type({ name: 'string', 'age?': 'number | undefined' }) }),
    stream: client.chat.parse({ messages, schema: z.object({ name: z.string() }), stream: true }),
    transformed: client.chat.parse({ messages, schema: z.object({ n: z.string().transform(Number) }) }),
  });
  type Called = ReturnType<typeof calls>;
  type Parsed<T> = Promise<ParsedCompletion<T>>;
  expectTypeOf<Called['zod']>().toEqualTypeOf<Parsed<{ name: string; age?: number | undefined }>>();
  expectTypeOf<Awaited<Called['zod3']>['parsed']>().toEqualTypeOf<Person | null>();
  expectTypeOf<Awaited<Called['valibot']>['parsed']>().toEqualTypeOf<Person | null>();
  expectTypeOf<Awaited<Called['arktype']>['parsed']>().toEqualTypeOf<Person | null>();
  expectTypeOf<Called['stream']>().toEqualTypeOf<Promise<ParsedStream<{ name: string }>>>();
  expectTypeOf<Awaited<Called['transformed']>['parsed']>().toEqualTypeOf<{ n: number } | null>();
});

test('types of plain JSON Schema and of TypeBox', () => {
  const schema = {
    type: 'object',
    properties: {
      kind: { const: 'a' },
      unit: { enum: ['C', 'F'] },
      size: { type: ['integer', 'null'] },
      tags: { type: 'array', items: { type: 'string' } },
      either: { anyOf: [{ type: 'string' }, { type: 'boolean' }] },
      map: { type: 'object', additionalProperties: { type: 'number' } },
      any: {},
    },
    required: ['kind', 'unit', 'size', 'either'],
  } as const;
  expectTypeOf<Infer<typeof schema>>().toEqualTypeOf<{
    kind: 'a';
    unit: 'C' | 'F';
    size: number | null;
    either: string | boolean;
    tags?: string[];
    map?: Record<string, number>;
    any?: unknown;
  }>();
  const box = Type.Object({
    name: Type.String(),
    age: Type.Optional(Type.Integer()),
    kind: Type.Union([Type.Literal('a'), Type.Null()]),
    list: Type.Array(Type.Object({ n: Type.Number() })),
  });
  expectTypeOf<Infer<typeof box>>().toEqualTypeOf<{
    name: string;
    age?: number;
    kind: 'a' | null;
    list: { n: number }[];
  }>();
  const inline = () =>
    client.chat.parse({ messages, schema: { type: 'object', properties: { a: { type: 'string' } } } });
  expectTypeOf<Awaited<ReturnType<typeof inline>>['parsed']>().toEqualTypeOf<{ a?: string } | null>();
  expectTypeOf<Infer<Record<string, unknown>>>().toEqualTypeOf<unknown>();
  expectTypeOf<DeepPartial<{ a: { b: string[] }; c: number }>>().toEqualTypeOf<{
    a?: { b?: string[] };
    c?: number;
  }>();
});

test('tools know their arguments, runs their events', () => {
  const make = () =>
    tool({
      name: 'f',
      parameters: z.object({ place: z.string() }),
      execute(input, { signal }) {
        expectTypeOf(input).toEqualTypeOf<{ place: string }>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        return 1;
      },
    });
  const run = () => client.chat.runTools({ messages, tools: [make()], maxSteps: 2 });
  expectTypeOf(run).returns.toEqualTypeOf<Run<ToolEvent, ToolResult>>();
  const listen = () => run().on('tool-result', (event) => expectTypeOf(event.message.content).not.toBeAny());
  expectTypeOf(listen).toBeFunction();
});

test('the providers take what theirs take', () => {
  const calls = () => ({
    cerebras: cerebras().chat.completions.create({
      model: 'm',
      messages,
      cf_ray: 'r',
      x_delay_time: 1,
      stream: true,
    }),
    // @ts-expect-error Cerebras needs a model
    modelless: cerebras().chat.completions.create({ messages }),
    lightcone: lightcone().chat.createCompletion({ messages, top_k: 3 }),
    atoma: atoma().chat.create({ model: 'm', messages }),
    // @ts-expect-error that is the other call
    misplaced: atoma().chat.create({ model: 'm', messages, stream: true }),
    events: atoma().chat.stream({ model: 'm', messages }, { retries: { strategy: 'none' } }),
  });
  type Called = ReturnType<typeof calls>;
  expectTypeOf<Called['cerebras']>().toEqualTypeOf<ApiPromise<Chunks>>();
  expectTypeOf<Called['lightcone']>().toEqualTypeOf<ApiPromise<Whole>>();
  expectTypeOf<Called['atoma']>().toEqualTypeOf<ApiPromise<Whole>>();
  expectTypeOf<Called['events']>().toEqualTypeOf<Promise<AtomaEventStream>>();
});
