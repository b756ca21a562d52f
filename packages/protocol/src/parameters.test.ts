import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import { CHAT_PARAMETER_NAMES, ChatCompletionRequest, PARAMETERS } from './index.ts';

test('the table says what the schema says', () => {
  const {
    temperature,
    stop,
    messages,
    max_tokens: maxTokens,
    logit_bias: bias,
    tool_choice: choice,
  } = PARAMETERS;
  assert.deepEqual(
    [temperature.type, temperature.range, temperature.default],
    ['number', 'between 0 and 2', 1],
  );
  assert.equal(stop.type, 'string | string[]');
  assert.match(stop.range ?? '', /1 to 4 items/);
  assert.deepEqual([messages.type, messages.required], ['Message[]', true]);
  assert.equal(maxTokens.deprecated, true);
  assert.deepEqual(
    [bias.type, bias.range?.includes('values between -100 and 100')],
    ['map<string, number>', true],
  );
  assert.match(choice.type, /^"none" \| "auto" \| "required" \| "any" \| \{type\?: "function", function\}/);
});

test('every parameter is described, and defaults are valid values', () => {
  assert.deepEqual(Object.keys(PARAMETERS), [...CHAT_PARAMETER_NAMES]);
  for (const name of CHAT_PARAMETER_NAMES) {
    const { description, type, default: fallback, required } = PARAMETERS[name];
    assert.ok(description.length > 10 && /[.]$/.test(description), `${name}: ${description}`);
    assert.ok(type.length > 0 && !type.includes('unknown'), `${name}: ${type}`);
    assert.equal(required, name === 'messages');
    if (fallback === undefined) continue;
    assert.ok(Compile(ChatCompletionRequest.properties[name]).Check(fallback), name);
  }
});
