import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '@parley/constrain';
import { composeDialect } from './dialect.ts';
import { dialectByName } from './dialects.ts';
import type { AnswerDialect, AnswerRules } from './format.ts';
import { functionary32 } from './functionary.ts';
import { hermes } from './hermes.ts';
import { mistral } from './mistral.ts';
import { accepts } from './random-text.fixture.ts';
import { REASONING_FORMATS } from './reasoning-formats.ts';
import { DEFAULT_TOOLS } from './tools.fixture.ts';
import { type Cut, type Item, itemsOf, readCut } from './transcript.fixture.ts';

const CALLS = { tools: DEFAULT_TOOLS, parallel: true, required: false };
const REQUIRED = { ...CALLS, required: true };
const FORM = {
  type: 'json_schema',
  json_schema: { type: 'object', additionalProperties: { type: 'string' } },
};
const NOTHING: AnswerRules = { calls: undefined, form: undefined, reasoning: 'none' };
const CUTS: readonly Cut[] = ['whole', 'each', { seed: 1 }, { seed: 2 }, { seed: 3 }];
const NOW = '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>';

function reads(dialect: AnswerDialect, rules: Partial<AnswerRules>, output: string, items: Item[]): void {
  for (const cut of CUTS) {
    const parts = readCut(dialect.reader({ ...NOTHING, ...rules }), output, cut);
    assert.deepEqual(itemsOf(parts, output), items, `${JSON.stringify(output)}, cut: ${JSON.stringify(cut)}`);
  }
}

function takes(dialect: AnswerDialect, rules: Partial<AnswerRules>, outputs: Record<string, boolean>): void {
  const format = dialect.structure({ ...NOTHING, ...rules });
  assert.ok(format);
  const grammar = compile({ structuralTag: { format } });
  for (const [output, isTaken] of Object.entries(outputs))
    assert.equal(accepts(grammar, output), isTaken, output);
}

describe('reasoning', () => {
  for (const format of REASONING_FORMATS) {
    const { begin, end, name, forcedEnd } = format;
    const dialect = composeDialect(undefined, format);

    test(`${name}: a block that the prompt has opened`, () => {
      const open = { reasoning: 'open' } as const;
      const both = [{ reasoning: 'I think\n so' }, { text: 'Yes. ' }];
      reads(dialect, open, `\n I think\n so \n${end}\n\nYes. `, both);
      reads(dialect, open, `I think\n so${forcedEnd}Yes. `, both);
      reads(dialect, open, `${begin}\nI think\n so${end}Yes. `, both);
      reads(dialect, open, `I think ${end.slice(0, -1)}`, [{ reasoning: `I think ${end.slice(0, -1)}` }]);
      reads(dialect, open, `${end}Yes.`, [{ text: 'Yes.' }]);
      reads(dialect, open, ` \n${forcedEnd} `, []);
    });

    test(`${name}: a block that the model begins`, () => {
      const optional = { reasoning: 'optional' } as const;
      reads(dialect, optional, `\n${begin}\nWell${end}\n${begin}Yes`, [
        { reasoning: 'Well' },
        { text: `${begin}Yes` },
      ]);
      reads(dialect, optional, ` ${begin.slice(0, -1)} Yes ${end}`, [
        { text: ` ${begin.slice(0, -1)} Yes ${end}` },
      ]);
      reads(dialect, optional, '  ', [{ text: '  ' }]);
      reads(dialect, optional, `${begin} cut`, [{ reasoning: 'cut' }]);
    });

    test(`${name}: no block`, () => {
      reads(dialect, {}, `${begin}a${end}`, [{ text: `${begin}a${end}` }]);
    });

    test(`${name}: the form holds for what comes after`, () => {
      takes(
        dialect,
        { reasoning: 'open', form: FORM },
        {
          [`so${forcedEnd}{"a":"b"}`]: true,
          [`so${end}{"a":1}`]: false,
          'so {"a":"b"}': false,
          '{"a":"b"}': false,
        },
      );
      takes(
        dialect,
        { reasoning: 'optional', form: FORM },
        {
          [`${begin}so${forcedEnd}{"a":"b"}`]: true,
          '{"a":"b"}': true,
          [`so${end}{"a":"b"}`]: false,
        },
      );
      takes(dialect, { form: FORM }, { '{"a":"b"}': true, [`${begin}${end}{"a":"b"}`]: false });
      assert.equal(dialect.structure({ ...NOTHING, reasoning: 'open' }), undefined);
    });

    test(`${name}: chosen by its name and by its marks`, () => {
      assert.equal(dialectByName({ call: 'hermes', reasoning: name }).name, `hermes+${name}`);
      const template = `{{ message.content.split('${end}')[-1] }}`;
      assert.equal(
        REASONING_FORMATS.find((one) => one.detects(template)),
        format,
      );
    });
  }

  test('is read before calls, and calls within it are none', () => {
    const dialect = dialectByName({ call: 'hermes', reasoning: 'think' });
    const rules = { calls: CALLS, reasoning: 'open' } as const;
    const output = `I could ${NOW}\n</think>\n\n${NOW}`;
    reads(dialect, rules, output, [{ reasoning: `I could ${NOW}` }, { call: 'now', arguments: '{}' }]);
    takes(dialect, rules, { [output]: true, [`so</think>text ${NOW}`]: true, [NOW]: false });
    takes(dialect, { calls: REQUIRED, reasoning: 'open' }, { [output]: true, 'so</think>text': false });
    takes(dialect, { calls: REQUIRED, reasoning: 'optional' }, { [`<think>${output}`]: true, [NOW]: true });
  });
});

describe('reasoning that is shown as it is', () => {
  const dialect = dialectByName({ call: 'hermes', reasoning: 'think' });
  const open = { reasoning: 'open', rawReasoning: true, calls: CALLS } as const;

  test('has its marks around it, and calls behind it are calls', () => {
    reads(dialect, open, `hm ${NOW}\n</think>\n\nYes.${NOW}`, [
      { reasoning: `hm ${NOW}` },
      { text: '\n</think>\n\nYes.' },
      { call: 'now', arguments: '{}' },
    ]);
    reads(dialect, { ...open, reasoning: 'optional' }, '<think> a</think>b', [
      { text: '<think> ' },
      { reasoning: 'a' },
      { text: '</think>b' },
    ]);
  });
});

describe('calls beside a form', () => {
  const dialect = composeDialect(hermes, undefined);
  const rules = { calls: CALLS, form: FORM };

  test('the answer is one or the other', () => {
    takes(dialect, rules, {
      '{"a":"b"}': true,
      [NOW]: true,
      [`{"a":"b"}${NOW}`]: false,
      [`text ${NOW}`]: false,
      '{"a":1}': false,
    });
    takes(dialect, { ...rules, calls: REQUIRED }, { '{"a":"b"}': false, [NOW]: true });
  });

  test('what looks like a call within the form is none', () => {
    const text = `{"a": ${JSON.stringify(NOW)}, "b": "<tool_call>"} ${NOW}`;
    reads(dialect, rules, text, [{ text }]);
    reads(dialect, rules, ` \n${NOW} `, [{ call: 'now', arguments: '{}' }]);
    reads(dialect, rules, '<tool_cal', [{ text: '<tool_cal' }]);
    reads(dialect, rules, ' \n', [{ text: ' \n' }]);
  });
});

describe('dialects', () => {
  test('white space alone beside calls is not shown', () => {
    const dialect = composeDialect(hermes, undefined);
    const call = { call: 'now', arguments: '{}' };
    reads(dialect, { calls: CALLS }, `\n ${NOW}\n\t${NOW}\n`, [call, call]);
    reads(dialect, { calls: CALLS }, `${NOW}\n a ${NOW} `, [call, { text: '\n a ' }, call]);
    reads(dialect, { calls: CALLS }, ' \n ', [{ text: ' \n ' }]);
  });

  test('marks of text are taken off with and without tools', () => {
    const dialect = composeDialect(functionary32, undefined);
    assert.equal(dialect.framesText, true);
    reads(dialect, {}, 'all\nHello >>>all\nthere', [{ text: 'Hello >>>all\nthere' }]);
    reads(dialect, { form: FORM }, '>>>all\n{"a":"b"}', [{ text: '{"a":"b"}' }]);
    takes(dialect, { form: FORM }, { 'all\n{"a":"b"}': true, '>>>all\n{"a":"b"}': true, '{"a":"b"}': false });
    takes(
      dialect,
      { form: FORM, calls: CALLS },
      { 'all\n{"a":"b"}': true, 'now\n{}': true, 'all\nHm': false },
    );
  });

  test('where calls must come, nothing is text', () => {
    const dialect = composeDialect(hermes, undefined);
    const call = { call: 'now', arguments: '{}' };
    reads(dialect, { calls: REQUIRED }, NOW, [call]);
    reads(dialect, { calls: REQUIRED }, `${NOW}\n<tool_call>\n{"na`, [call]);
    reads(dialect, { calls: REQUIRED }, '<tool_c', []);
    reads(dialect, { calls: CALLS }, '<tool_c', [{ text: '<tool_c' }]);
  });

  test('without any format all is text, and calls are the generic ones', () => {
    const dialect = dialectByName({ call: undefined, reasoning: undefined });
    assert.equal(dialect.name, 'text');
    assert.equal(dialect.thought, undefined);
    assert.equal(dialect.structure(NOTHING), undefined);
    reads(dialect, {}, `a${NOW}`, [{ text: `a${NOW}` }]);
    reads(dialect, { calls: CALLS }, `a${NOW}`, [{ text: 'a' }, { call: 'now', arguments: '{}' }]);
    takes(dialect, { calls: REQUIRED }, { [NOW]: true, a: false });
  });

  test('ids are the family’s', () => {
    assert.match(composeDialect(mistral, undefined).newId?.(() => 0.5) ?? '', /^[A-Za-z0-9]{9}$/);
    assert.equal(composeDialect(hermes, undefined).newId, undefined);
  });

  test('a name that does not exist is refused with those that do', () => {
    assert.throws(() => dialectByName({ call: 'hermez', reasoning: undefined }), /'hermez'.*hermes/);
    assert.throws(() => dialectByName({ call: undefined, reasoning: 'thunk' }), /'thunk'.*think/);
  });
});
