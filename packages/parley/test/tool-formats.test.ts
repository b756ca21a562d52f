import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Schema from 'typebox/schema';
import { CALL_FORMAT_NAMES } from '../src/engine/answer/dialects.ts';
import { both, bytesOf, type Choice, heard, rawText } from './answers.ts';
import type { Probe } from './effects/probe.ts';
import { Families } from './families.ts';

const closed = (properties: Record<string, object>, required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const fn = (name: string, parameters: object) => ({ type: 'function', function: { name, parameters } });
const TOOLS = [
  fn('get-weather', closed({ city: { type: 'string', maxLength: 6 }, unit: { enum: ['c', 'f'] } }, ['city'])),
  fn(
    'add',
    closed({ a: { type: 'integer' }, b: { anyOf: [{ type: 'null' }, { type: 'boolean' }] } }, ['a', 'b']),
  ),
  { type: 'custom', custom: { name: 'note' } },
  {
    type: 'custom',
    custom: {
      name: 'sku',
      format: { type: 'grammar', grammar: { syntax: 'regex', definition: '[A-Z]{2}-\\d' } },
    },
  },
];
/** Long enough for a call in all formats, and too short for one. */
const LIMITS = [110, 25] as const;

/** Of a choice with calls: each that is whole is valid. Returns how many are. */
function checkCalls(choice: Choice): number {
  const { calls, finish } = heard(choice);
  const whole = finish === 'tool_calls' ? calls : calls.slice(0, -1);
  for (const { kind, name, input } of whole) {
    const tool = TOOLS.find((one) => ('custom' in one ? one.custom : one.function).name === name);
    assert.equal(tool?.type, kind);
    if (tool && 'function' in tool)
      assert.ok(Schema.Check(tool.function.parameters, JSON.parse(input)), input);
    if (name === 'sku') assert.match(input, /^[A-Z]{2}-\d$/);
  }
  return whole.length;
}

/** All text that is shown stands in the raw answer, and nothing else is left out than marks and calls. */
async function checkText(probe: Probe, choice: Choice): Promise<void> {
  const { content, calls, tokenIds, reasoning } = heard(choice);
  assert.equal(bytesOf(choice.logprobs), content);
  const raw = await rawText(probe, tokenIds);
  // A character that the token limit cut in two.
  if (content.includes('\ufffd')) return;
  assert.ok(raw.includes(content), JSON.stringify([raw, content]));
  if (calls.length > 0 || reasoning !== '' || content === '') return;
  const marks = /<\|im_end\|>|^>>>|^all\n|<\|start\|>assistant|<\|channel\|>\w+|<\|message\|>|<\|end\|>/g;
  const cut = /<[^<>]*>\s*\[?\{?[^<>]*$/;
  const rest = raw.replace(content, '').replaceAll(marks, '').replace(cut, '');
  assert.equal(rest.trim(), '', JSON.stringify([raw, content]));
}

function checkFormat(model: string, asked: () => Probe): void {
  const body = { model, messages: [{ role: 'user', content: 'Hi' }], tools: TOOLS };

  test(`${model}: wild answers are read in full, and calls in them are valid`, async () => {
    for (const [seed, limit] of LIMITS.entries()) {
      for (const choice of ['auto', 'required', 'none']) {
        const wild = { temperature: 2, seed, n: 2, max_completion_tokens: limit, logprobs: true };
        const reply = await both(asked(), { ...body, ...wild, tool_choice: choice });
        for (const one of reply.body.choices) {
          const { content, calls } = heard(one);
          if (choice === 'required') assert.equal(content, '');
          if (choice === 'none') assert.equal(calls.length, 0);
          checkCalls(one);
          await checkText(asked(), one);
        }
      }
    }
  });

  test(`${model}: calls come to an end`, async () => {
    const one = { tool_choice: 'required', parallel_tool_calls: false };
    const tame = { temperature: 1, seed: 1, n: 8, max_completion_tokens: 140 };
    const reply = await both(asked(), { ...body, ...one, ...tame });
    const whole = reply.body.choices.filter((choice) => checkCalls(choice) === 1);
    assert.ok(whole.length >= 3, `${whole.length} of 8`);
  });
}

/** Models of one server: each has a thread. */
const GROUP = 6;

for (let from = 0; from < CALL_FORMAT_NAMES.length; from += GROUP) {
  const names = CALL_FORMAT_NAMES.slice(from, from + GROUP);
  describe(`call formats from ${names[0]} on`, () => {
    let families: Families;
    before(async () => {
      const served = names.map((name) => [name, { toolFormat: name, parallel: 2 }]);
      families = await Families.start(Object.fromEntries(served));
    });
    after(() => families[Symbol.asyncDispose]());
    for (const name of names) checkFormat(name, () => families.probe);
  });
}
