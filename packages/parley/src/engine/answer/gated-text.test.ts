import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutputText } from '../text/output-text.ts';
import { TokenText } from '../text/token-text.ts';
import { ToyVocabulary } from '../toy/vocabulary.ts';
import type { AnswerRules } from './format.ts';
import { GatedText } from './gated-text.ts';

const CALL = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>';
const vocabulary = new ToyVocabulary();

function textOf(stop: string[], rules: Partial<AnswerRules> = {}): GatedText {
  const options = { stop, includeStop: false, skipSpecialTokens: true, spacesBetweenSpecialTokens: true };
  const tokens = new TokenText(vocabulary);
  return new GatedText(
    new OutputText(options, tokens),
    {
      names: { call: 'hermes', reasoning: 'think' },
      rules: {
        calls: {
          tools: [{ kind: 'function', name: 'f', parameters: undefined }],
          parallel: true,
          required: false,
        },
        form: undefined,
        reasoning: 'none',
        ...rules,
      },
    },
    (token) => tokens.bytes(token),
  );
}

/** What is shown of an answer of one-character tokens, and the stop string that ended it. */
function shown(gated: GatedText, text: string): { text: string; count: number; stopped?: string } {
  const all = { text: '', count: 0 };
  const add = (piece: ReturnType<GatedText['push']>) => {
    all.text += piece?.text ?? '';
    all.count += piece?.tokenCount ?? 0;
    return piece?.stopped;
  };
  for (const byte of Buffer.from(text)) {
    const stopped = add(gated.push(byte));
    if (stopped !== undefined) return { ...all, stopped };
  }
  const stopped = add(gated.flush());
  return stopped === undefined ? all : { ...all, stopped };
}

test('a stop string ends the text, not a call or reasoning', () => {
  const call = `Hi!${CALL}`;
  assert.deepEqual(shown(textOf(['\n', 'name', '"']), call), { text: call, count: call.length });
  assert.deepEqual(shown(textOf(['!']), call), { text: 'Hi', count: 2, stopped: '!' });
  const thought = 'wait. hm</think>\n\nYes. No.';
  const rules: Partial<AnswerRules> = { reasoning: 'open', calls: undefined };
  const stopped = shown(textOf(['.'], rules), thought);
  assert.deepEqual([stopped.text, stopped.stopped], ['wait. hm</think>\n\nYes', '.']);
});

test('what looks like a mark and is none is text: a stop string in it counts, also at the end', () => {
  assert.deepEqual(shown(textOf(['<']), 'a <b'), { text: 'a ', count: 2, stopped: '<' });
  assert.deepEqual(shown(textOf(['<tool']), 'a <tool'), { text: 'a ', count: 2, stopped: '<tool' });
});

test('without a stop string every token comes out', () => {
  const text = `ab<tool_${CALL}`;
  assert.deepEqual(shown(textOf(['never']), text), { text, count: text.length });
});
