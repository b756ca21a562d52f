import fc, { type Arbitrary } from 'fast-check';
import { jsonSchemas, tagFormats } from './forms.ts';
import { grammars, regexes } from './patterns.ts';
import type { Hints } from './valid.ts';

/** Entries of the shipped model's vocabulary, and a few beyond it. */
const tokenIds = fc.oneof({ weight: 9, arbitrary: fc.nat(4095) }, { weight: 1, arbitrary: fc.nat(70_000) });

const contents = fc.oneof(
  fc.constantFrom(
    'Hello!',
    'What is the weather in Paris?',
    'Tell me a story.',
    'naïve 日本語 😀',
    '',
    ' \n',
    '<|im_end|>',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** Answers stay short: the aim is many requests, and a few long ones. */
const limits = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 24 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 600 }) },
);

const templates = fc.constantFrom(
  '{{ messages[0].content }}',
  '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}',
  '{% for i in range(100000000) %}x{% endfor %}',
  '{{ raise_exception("no") }}',
  '{% for',
  '{{ messages.__proto__.constructor("return process")() }}',
  '',
);

/** Conversations that a template can take; the others come from the schema. */
const conversations = fc.array(
  fc.oneof(
    fc.record({ role: fc.constantFrom('user', 'system', 'assistant'), content: contents }),
    fc.record({
      role: fc.constant('user'),
      content: fc.array(fc.record({ type: fc.constant('text'), text: contents })),
    }),
  ),
  { minLength: 1, maxLength: 4 },
);

const models = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('parley-tiny', 'thinker') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 20 }) },
);

const mixed = (usual: Arbitrary<unknown>, weight: number, rare: Arbitrary<unknown>) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });

/** Exactly one form, as it has to be, and seldom a knob. */
const outputs = fc
  .tuple(
    fc.oneof(
      fc.record({
        json: fc.oneof(
          jsonSchemas,
          jsonSchemas.map((schema) => JSON.stringify(schema)),
        ),
      }),
      fc.record({ regex: regexes }),
      fc.record({ grammar: grammars }),
      fc.record({ choice: fc.array(contents, { minLength: 1, maxLength: 4 }) }),
      fc.record({ structural_tag: tagFormats.map((format) => ({ type: 'structural_tag', format })) }),
      fc.record({ json_object: fc.constant(true) }),
    ),
    mixed(fc.constant({}), 4, fc.record({ whitespace_pattern: regexes })),
    mixed(fc.constant({}), 4, fc.record({ disable_any_whitespace: fc.boolean() })),
  )
  .map((parts) => Object.assign({}, ...parts));

export function hintsFor(schemaMessages: Arbitrary<unknown>): Hints {
  return {
    messages: mixed(conversations, 9, schemaMessages),
    model: models,
    prompt: fc.oneof(
      contents,
      fc.array(contents, { minLength: 1, maxLength: 3 }),
      fc.array(tokenIds, { minLength: 1, maxLength: 20 }),
      fc.array(fc.array(tokenIds, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 2 }),
    ),
    tokens: fc.array(tokenIds, { maxLength: 30 }),
    n: mixed(fc.integer({ min: 1, max: 4 }), 20, fc.constant(128)),
    max_tokens: limits,
    max_completion_tokens: limits,
    allowed_token_ids: fc.array(tokenIds, { minLength: 1, maxLength: 10 }),
    stop_token_ids: fc.array(tokenIds, { maxLength: 5 }),
    logit_bias: fc.dictionary(tokenIds.map(String), fc.integer({ min: -100, max: 100 }), { maxKeys: 4 }),
    chat_template: templates,
    'response_format.json_schema.schema': jsonSchemas,
    'response_format.format': tagFormats,
    structured_outputs: outputs,
    'tools.*.function.parameters': jsonSchemas,
    'functions.*.parameters': jsonSchemas,
  };
}

/** Fields that mean most together: every body has its chance to carry one of these. */
export const combinations: Arbitrary<Readonly<Record<string, unknown>>> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ structured_outputs: outputs }) },
  fc.record({
    tools: fc.array(
      fc.record({
        type: fc.constant('function'),
        function: fc.record({ name: fc.constantFrom('f', 'g', 'get_weather'), parameters: jsonSchemas }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    tool_choice: fc.constantFrom('auto', 'required', 'none', 'any'),
  }),
  fc.record({
    logprobs: fc.constant(true),
    top_logprobs: fc.nat(20),
    prompt_logprobs: fc.nat(20),
    return_token_ids: fc.boolean(),
  }),
  fc.record({
    use_beam_search: fc.constant(true),
    n: fc.integer({ min: 1, max: 4 }),
    length_penalty: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
  fc.record({
    stop: fc.array(fc.string({ minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    ignore_eos: fc.boolean(),
    n: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    prediction: fc.record({ type: fc.constant('content'), content: contents }),
    temperature: fc.constantFrom(0, 1),
  }),
  fc.record({
    model: fc.constant('thinker'),
    reasoning_effort: fc.constantFrom('none', 'low', 'high'),
    reasoning_format: fc.constantFrom('parsed', 'raw', 'hidden', 'none'),
  }),
);

type Body = Readonly<Record<string, unknown>>;

/** Mostly adds what a field needs beside it, and a limit, so that bodies are refused for other reasons than always the same. */
export function settled(bodies: Arbitrary<unknown>): Arbitrary<Body> {
  return fc.tuple(bodies, fc.nat(9), fc.integer({ min: 1, max: 20 })).map(([body, chance, limit]) => {
    // The schema of these bodies is an object.
    const given = body as Body;
    if (chance === 0) return given;
    const unlimited = (given.max_tokens ?? given.max_completion_tokens ?? undefined) === undefined;
    return {
      ...given,
      ...((given.stream_options ?? undefined) !== undefined && { stream: true }),
      ...((given.top_logprobs ?? undefined) !== undefined && { logprobs: true }),
      ...((given.metadata ?? undefined) !== undefined && { store: true }),
      ...(unlimited && { max_tokens: limit }),
    };
  });
}
