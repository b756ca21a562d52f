/** Structured outputs through the public door: what is asked for is enforced, whatever the model would rather say. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--parallel', '8']);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

const messages = [{ role: 'user', content: 'Tell me about Anna, who is 31 and lives in Paris.' }];

async function post(body: object): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages, max_tokens: 200, ...body }),
  });
}

async function answers(body: object): Promise<{ text: string; reason: string; headers: Headers }[]> {
  const response = await post(body);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text).choices.map((choice: { message: { content: string }; finish_reason: string }) => ({
    text: choice.message.content,
    reason: choice.finish_reason,
    headers: response.headers,
  }));
}

async function refusal(body: object): Promise<{ param: string; code: string; message: string }> {
  const begun = performance.now();
  const response = await post(body);
  const text = await response.text();
  assert.equal(response.status, 400, text);
  assert.ok(performance.now() - begun < 5000, 'a refusal is fast');
  return JSON.parse(text).error;
}

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 20 },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    city: { enum: ['Paris', 'London', 'Rome'] },
  },
  required: ['name', 'age', 'city'],
  additionalProperties: false,
};

function assertPerson(text: string): void {
  const value = JSON.parse(text);
  assert.deepEqual(Object.keys(value), ['name', 'age', 'city']);
  assert.ok(typeof value.name === 'string' && value.name.length <= 20);
  assert.ok(Number.isInteger(value.age) && value.age >= 0 && value.age <= 150);
  assert.ok(PERSON.properties.city.enum.includes(value.city));
}

function isPerson(text: string): boolean {
  assertPerson(text);
  return true;
}

const personFormat = { type: 'json_schema', json_schema: { name: 'person', strict: true, schema: PERSON } };

test('json_schema: every answer is valid, hot and cold, alone and among others', async () => {
  for (const temperature of [0, 1, 2]) {
    const all = await Promise.all(
      Array.from({ length: 4 }, (_, seed) =>
        answers({ response_format: personFormat, temperature, seed, n: 2 }),
      ),
    );
    for (const { text, reason } of all.flat()) {
      assert.equal(reason, 'stop');
      assertPerson(text);
    }
  }
});

test('json_schema: the stream is the whole answer, and log probabilities are those of the model', async () => {
  const body = { response_format: personFormat, seed: 5, temperature: 1 };
  const [whole] = await answers({ ...body, logprobs: true, top_logprobs: 2 });
  const response = await post({ ...body, stream: true, logprobs: true, top_logprobs: 2 });
  const chunks = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));
  const text = chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join('');
  assert.equal(text, whole.text);
  const tokens = chunks.flatMap((chunk) => chunk.choices[0]?.logprobs?.content ?? []);
  assert.equal(tokens.map(({ token }) => token).join(''), text);
  assert.ok(
    tokens.some(({ logprob }) => logprob < -3),
    'the form forced the model somewhere',
  );
});

test('json_object: any object', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const [answer] = await answers({ response_format: { type: 'json_object' }, temperature: 1, seed });
    if (answer.reason === 'stop') assert.equal(typeof JSON.parse(answer.text), 'object');
    else assert.equal(answer.reason, 'length');
  }
});

test('a token limit cuts the form, and says so', async () => {
  const [answer] = await answers({ response_format: personFormat, max_tokens: 3, temperature: 0 });
  assert.equal(answer.reason, 'length');
});

test('regex, choice, grammar and json of structured_outputs', async () => {
  const cases: [object, (text: string) => boolean][] = [
    [{ regex: '[A-Z]{3}-\\d{4}' }, (text) => /^[A-Z]{3}-\d{4}$/.test(text)],
    [{ regex: '(\\p{Lu}\\p{Ll}+ ){2}!' }, (text) => /^(\p{Lu}\p{Ll}+ ){2}!$/u.test(text)],
    [
      { choice: ['positive', 'negative', 'so-so'] },
      (text) => ['positive', 'negative', 'so-so'].includes(text),
    ],
    [
      { grammar: 'root ::= "SELECT " column " FROM t"\ncolumn ::= "a" | "b" | "c"' },
      (text) => /^SELECT [abc] FROM t$/.test(text),
    ],
    [{ grammar: 'start: "x" NUMBER\nNUMBER: /[0-9]{2,3}/' }, (text) => /^x[0-9]{2,3}$/.test(text)],
    [{ json: JSON.stringify(PERSON) }, isPerson],
    [
      { json: PERSON, disable_any_whitespace: true },
      (text) => !/": | ,|, "/.test(text.replace(/"[^"]*"/g, '""')),
    ],
  ];
  for (const [structured_outputs, isRight] of cases) {
    for (const temperature of [0, 1.5]) {
      const [{ text, reason }] = await answers({ structured_outputs, temperature, seed: 3 });
      if (reason === 'length') continue;
      assert.ok(isRight(text), `${JSON.stringify(structured_outputs)}: ${JSON.stringify(text)}`);
    }
  }
});

test('structural tags, in both forms', async () => {
  const begin = '<data>';
  const schema = {
    type: 'object',
    properties: { n: { enum: [1, 2] } },
    required: ['n'],
    additionalProperties: false,
  };
  const [answer] = await answers({
    temperature: 1,
    seed: 2,
    response_format: {
      type: 'structural_tag',
      format: { type: 'tag', begin, content: { type: 'json_schema', json_schema: schema }, end: '</data>' },
    },
  });
  assert.match(answer.text, /^<data>\{.*"n": ?[12].*\}<\/data>$/s);
  const [legacy] = await answers({
    temperature: 0,
    max_tokens: 40,
    response_format: {
      type: 'structural_tag',
      structures: [{ begin, schema, end: '</data>' }],
      triggers: ['<data'],
    },
  });
  assert.ok(legacy.text.length > 0);
});

test('ignore_eos, min_tokens, stop and bias live with a form', async () => {
  const form = { structured_outputs: { choice: ['yes', 'no'] } };
  const [ended] = await answers({ ...form, ignore_eos: true, min_tokens: 20 });
  assert.ok(['yes', 'no'].includes(ended.text));
  assert.equal(ended.reason, 'stop');
  const [stopped] = await answers({ response_format: personFormat, stop: '"age"', temperature: 0 });
  assert.ok(!stopped.text.includes('age'));
});

test('mistakes are a 400 that names the place', async () => {
  const schema = (value: object) => ({
    response_format: { type: 'json_schema', json_schema: { name: 's', schema: value } },
  });
  const at = 'response_format.json_schema.schema';
  const wrong = await refusal(schema({ type: 'object', properties: { a: { type: 'strnig' } } }));
  assert.equal(wrong.param, `${at}.properties.a`);
  const nowhere = await refusal(schema({ $ref: '#/$defs/nothing' }));
  assert.match(nowhere.param, /^response_format\.json_schema\.schema/);
  const remote = await refusal(schema({ $ref: 'http://127.0.0.1:9/schema.json' }));
  assert.match(remote.message, /127\.0\.0\.1|\$ref/);
  assert.equal((await refusal({ structured_outputs: { regex: '(' } })).param, 'structured_outputs.regex');
  assert.equal(
    (await refusal({ structured_outputs: { grammar: 'root ::= missing' } })).param,
    'structured_outputs.grammar',
  );
  const both = await refusal({
    response_format: { type: 'json_object' },
    structured_outputs: { regex: 'a' },
  });
  assert.equal(both.code, 'conflicting_parameters');
  const deep = JSON.parse(`${'{"properties":{"a":'.repeat(20)}{}${'}}'.repeat(20)}`);
  assert.equal((await post(schema(deep))).status, 200);
  const large = { enum: Array.from({ length: 300_000 }, (_, i) => `value number ${i}`) };
  const answer = await post({ ...schema(large), max_tokens: 5 });
  assert.ok([200, 400].includes(answer.status), `${answer.status}`);
  await answer.text();
});

test('what chooses between implementations elsewhere is reported', async () => {
  const [{ headers }] = await answers({
    structured_outputs: { regex: 'a+b', _backend: 'xgrammar', disable_fallback: true },
  });
  assert.equal(
    headers.get('x-parley-parameters'),
    'structured_outputs.disable_fallback;ignored, structured_outputs._backend;ignored',
  );
});
