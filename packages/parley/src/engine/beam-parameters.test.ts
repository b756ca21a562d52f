import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameters } from '../core/complete.ts';
import { beamOptions } from './beam-parameters.ts';

test('neutral values beside a search are fine, and a length penalty of 1 without one', () => {
  assert.equal(beamOptions({}), undefined);
  assert.equal(beamOptions({ use_beam_search: false, length_penalty: 1 }), undefined);
  const neutral: Parameters = {
    use_beam_search: true,
    length_penalty: 0.5,
    temperature: 0,
    top_p: 1,
    top_k: -1,
    min_p: 0,
    frequency_penalty: 0,
    presence_penalty: null,
    repetition_penalty: 1,
    bad_words: [],
    response_format: { type: 'text' },
    structured_outputs: {},
    tools: [],
    seed: 3,
    logit_bias: { 5: 1 },
    min_tokens: 2,
  };
  assert.deepEqual(beamOptions(neutral), { lengthPenalty: 0.5 });
  assert.deepEqual(beamOptions({ use_beam_search: true, temperature: 1 }), { lengthPenalty: 1 });
});

test('what a search cannot honour is a 400 that names it', () => {
  const conflicts: Parameters[] = [
    { temperature: 0.7 },
    { top_p: 0.9 },
    { top_k: 5 },
    { min_p: 0.1 },
    { frequency_penalty: 1 },
    { presence_penalty: -1 },
    { repetition_penalty: 1.1 },
    { bad_words: ['a'] },
    { stop: 'a' },
    { response_format: { type: 'json_object' } },
    { structured_outputs: { regex: 'a' } },
    { tools: [{ type: 'function', function: { name: 'f' } }] },
    { functions: [{ name: 'f' }] },
    { logits_processors: ['p'] },
    { prediction: { type: 'content', content: 'a' } },
  ];
  for (const conflict of conflicts) {
    const [param] = Object.keys(conflict);
    assert.throws(() => beamOptions({ use_beam_search: true, ...conflict }), {
      status: 400,
      param,
      code: 'conflicting_parameters',
      message: new RegExp(`${param}.*use_beam_search`),
    });
  }
});

test('a length penalty without a search, or beyond all bounds, is a 400', () => {
  assert.throws(() => beamOptions({ length_penalty: 2 }), {
    status: 400,
    param: 'length_penalty',
    code: 'conflicting_parameters',
  });
  assert.throws(() => beamOptions({ use_beam_search: true, length_penalty: 1e300 }), {
    status: 400,
    param: 'length_penalty',
    code: 'out_of_range',
  });
});
