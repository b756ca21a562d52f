import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reasoningByName } from './dialects.ts';
import { type OpeningWish, openingOf, thinkingVariables } from './thinking.ts';

const THINK = reasoningByName('think');
const PROMPT = '<|user|>What is <think>?<|assistant|>';

const opening = (prompt: string, wish: Partial<OpeningWish> = {}) =>
  openingOf(prompt, THINK, { off: false, isTold: false, continued: undefined, ...wish });

describe('where the answer begins', () => {
  test('in a block that the prompt opens', () => {
    assert.deepEqual(opening(`${PROMPT}<think>\n`), { state: 'open', suffix: '' });
    assert.deepEqual(opening(`${PROMPT}<think>\n`, { off: true }), {
      state: 'none',
      suffix: '\n</think>\n\n',
    });
  });

  test('behind a block that the prompt closes', () => {
    assert.deepEqual(opening(`${PROMPT}<think>\n</think>\n`), { state: 'none', suffix: '' });
  });

  test('where the model may open one', () => {
    assert.deepEqual(opening(PROMPT), { state: 'optional', suffix: '' });
    const closed = '<think>\n\n</think>\n\n';
    assert.deepEqual(opening(PROMPT, { off: true }), { state: 'none', suffix: closed });
    assert.deepEqual(opening(PROMPT, { off: true, isTold: true }), { state: 'optional', suffix: '' });
    assert.deepEqual(openingOf(PROMPT, undefined, { off: true, isTold: false, continued: undefined }), {
      state: 'none',
      suffix: '',
    });
  });

  test('in a text that goes on', () => {
    const states: [string, string, string][] = [
      ['', 'It is', 'none'],
      ['', '<think>\nIt is', 'open'],
      ['', '<think>\nIt is</think> so', 'none'],
      ['<think>\n', 'It is', 'open'],
      ['<think>\n', '', 'open'],
      ['<think></think>', 'It is', 'none'],
      ['<think>\n', 'It </think> is', 'none'],
    ];
    for (const [written, continued, state] of states) {
      assert.equal(opening(PROMPT + written + continued, { continued }).state, state, written + continued);
    }
    assert.deepEqual(opening(`${PROMPT}<think>It`, { continued: '<think>It', off: true }), {
      state: 'none',
      suffix: '\n</think>\n\n',
    });
  });
});

test('templates are told what they have a word for', () => {
  const all = '{{ enable_thinking }}{{ thinking }}{{ reasoning_effort }}{{ clear_thinking }}';
  assert.deepEqual(thinkingVariables({ reasoning_effort: 'low', clear_thinking: false }, all), {
    enable_thinking: true,
    thinking: true,
    reasoning_effort: 'low',
    clear_thinking: false,
  });
  assert.deepEqual(thinkingVariables({ disable_reasoning: true }, all), {
    enable_thinking: false,
    thinking: false,
  });
  assert.deepEqual(thinkingVariables({ reasoning_effort: 'none' }, '{{ enable_thinking }}'), {
    enable_thinking: false,
  });
  assert.deepEqual(thinkingVariables({ disable_reasoning: false }, '{{ thinking }}'), { thinking: true });
  assert.deepEqual(thinkingVariables({}, all), {});
  assert.deepEqual(thinkingVariables({ reasoning_effort: 'high' }, "{{ message.thinking }}'thinking'"), {});
});
