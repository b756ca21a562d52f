import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeModel } from '../llama/gguf/describe.ts';
import { QUANTIZED_MODEL } from '../llama/shipped-model.ts';
import { CALL_FORMAT_NAMES, detectDialect, dialectByName, REASONING_FORMAT_NAMES } from './dialects.ts';
import { harmony } from './harmony.ts';

test('the shipped model writes calls as Hermes does, and does not reason', () => {
  const template = describeModel(QUANTIZED_MODEL).chatTemplates.get('default') ?? '';
  assert.deepEqual(detectDialect(template, {}), { call: 'hermes', reasoning: undefined });
});

test('the operator’s choice goes before what the template shows', () => {
  const template = '{% if tools %}<tool_call>{"arguments": {}}{% endif %}</think>';
  assert.deepEqual(detectDialect(template, {}), { call: 'hermes', reasoning: 'think' });
  assert.deepEqual(detectDialect(template, { call: 'glm' }), { call: 'glm', reasoning: 'think' });
  assert.deepEqual(detectDialect(template, { reasoning: 'seed' }), { call: 'hermes', reasoning: 'seed' });
  assert.deepEqual(detectDialect(template, { call: 'harmony' }), { call: 'harmony', reasoning: undefined });
});

test('a template without tools has no calls, one that lists them has generic ones', () => {
  const messages = '{% for message in messages %}{{ message.content }}{% endfor %}';
  assert.deepEqual(detectDialect(messages, {}), { call: undefined, reasoning: undefined });
  const listed = `${messages}{% for tool in tools %}{{ tool | tojson }}{% endfor %}`;
  assert.deepEqual(detectDialect(listed, {}), { call: 'generic', reasoning: undefined });
});

test('a dialect is made again from its names', () => {
  for (const call of CALL_FORMAT_NAMES) {
    const names = { call, reasoning: call === harmony.name ? undefined : REASONING_FORMAT_NAMES[0] };
    const { name } = dialectByName(names);
    assert.equal(name, call === harmony.name ? call : `${call}+${names.reasoning}`);
  }
});
