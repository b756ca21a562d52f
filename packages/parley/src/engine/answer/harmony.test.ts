import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '@parley/constrain';
import type { AnswerRules, ToolSpec } from './format.ts';
import { ANY, HARMONY_CASES, harmonyRules, weather } from './harmony.fixture.ts';
import { detectsHarmony, harmony } from './harmony.ts';
import { accepts, randomText, seeded } from './random-text.fixture.ts';
import { CALCULATE, checkArguments, DEFAULT_TOOLS, NOTE, WEATHER } from './tools.fixture.ts';
import { type Cut, type Item, itemsOf, readCut } from './transcript.fixture.ts';

const grammarOf = (rules: AnswerRules) => {
  const format = harmony.structure(rules);
  assert.ok(format);
  return compile({ structuralTag: { format } }, { declaredOrder: true });
};

describe('answers in Harmony', () => {
  for (const { name, output, items, rules, refused = false } of HARMONY_CASES) {
    test(`reads ${name}`, () => {
      const all = harmonyRules(rules);
      const cuts: Cut[] = ['whole', 'each', { seed: 1 }, { seed: 2 }, { seed: 3 }];
      for (const cut of cuts) {
        const read = itemsOf(readCut(harmony.reader(all), output, cut), output);
        assert.deepEqual(read, items, JSON.stringify(cut));
      }
      for (let end = 0; end < output.length; end++) {
        const start = output.slice(0, end);
        itemsOf(readCut(harmony.reader(all), start, 'whole'), start);
      }
    });
    test(`constrains ${name}`, () => assert.equal(accepts(grammarOf(harmonyRules(rules)), output), !refused));
  }

  test('arguments come while they are written', () => {
    const reader = harmony.reader(harmonyRules());
    const before = reader.push(`${weather('Par').slice(0, -2)}`);
    assert.deepEqual(
      before.filter(({ type }) => type === 'call' || type === 'arguments'),
      [
        { type: 'call', kind: 'function', name: 'get_weather' },
        { type: 'arguments', text: '{"city": "Par' },
      ],
    );
    assert.deepEqual(reader.push('is'), [
      { type: 'skip', length: 2 },
      { type: 'arguments', text: 'is' },
    ]);
  });

  test('built-in tools are called without a namespace', () => {
    const python: ToolSpec = { ...NOTE, name: 'python' };
    const search: ToolSpec = { ...WEATHER, name: 'browser.search' };
    const rules = harmonyRules({ calls: { ...ANY, tools: [python, search] } });
    const outputs: [string, Item][] = [
      [
        '<|channel|>analysis to=python code<|message|>print("x")\n{1}',
        { call: 'python', kind: 'custom', arguments: 'print("x")\n{1}' },
      ],
      [
        '<|channel|>commentary to=browser.search code<|message|>{"city": "Paris"}',
        { call: 'browser.search', arguments: '{"city": "Paris"}' },
      ],
      [
        ' to=functions.python<|channel|>commentary json<|message|>{"input": "1"}',
        { call: 'python', kind: 'custom', arguments: '1' },
      ],
    ];
    for (const [output, item] of outputs) {
      assert.ok(accepts(grammarOf(rules), output), output);
      assert.deepEqual(itemsOf(readCut(harmony.reader(rules), output, 'each'), output), [item]);
    }
    assert.ok(
      !accepts(grammarOf(harmonyRules()), '<|channel|>analysis to=get_weather code<|message|>{"city":"x"}'),
    );
  });

  test('what the constraint lets through reads as valid calls', () => {
    let calls = 0;
    let complete = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const tools = DEFAULT_TOOLS.filter((_, i) => (seed + i) % 4 === 0);
      const required = seed % 2 === 0;
      const rules = harmonyRules({ calls: { tools, parallel: true, required } });
      const output = randomText(
        grammarOf(rules),
        seeded(seed),
        ['<|message|>', '<|end|><|start|>assistant'],
        '',
      );
      if (output === undefined) continue;
      complete++;
      const items = itemsOf(readCut(harmony.reader(rules), output, { seed }), output);
      for (const item of items) {
        if (!('call' in item)) continue;
        const tool = tools.find(({ name }) => name === item.call);
        assert.ok(tool, output);
        checkArguments(tool, item.arguments, output);
        calls++;
      }
      if (required)
        assert.ok(items.every((item) => !('text' in item)) && items.some((item) => 'call' in item));
    }
    assert.ok(complete >= 20 && calls >= 10, `${complete} texts, ${calls} calls`);
  });

  test('every text is allowed where nothing is asked for', () => {
    assert.equal(harmony.structure(harmonyRules({ calls: undefined })), undefined);
    assert.equal(harmony.structure(harmonyRules({ calls: undefined, reasoning: 'open' })), undefined);
  });

  test('an input that the grammar does not allow is refused', () => {
    const rules = harmonyRules({ calls: { ...ANY, tools: [CALCULATE] } });
    const call = ' to=functions.calculate<|channel|>commentary<|message|>';
    assert.ok(accepts(grammarOf(rules), `${call}1+2`));
    assert.ok(!accepts(grammarOf(rules), `${call}1+`));
  });
});

describe('messages of a kind', () => {
  const announced = (text: string, answer: string) =>
    `<|channel|>commentary<|message|>${text}<|end|><|start|>assistant<|channel|>final<|message|>${answer}`;
  const read = (output: string) => itemsOf(readCut(harmony.reader(harmonyRules()), output, 'each'), output);

  test('an empty line stands between their texts', () => {
    assert.deepEqual(read(announced('First.', 'Then.')), [{ text: 'First.\n\nThen.' }]);
    assert.deepEqual(read(announced('First.', '<b>')), [{ text: 'First.\n\n<b>' }]);
  });

  test('but not beside an empty one', () => {
    assert.deepEqual(read(announced('', 'Then.')), [{ text: 'Then.' }]);
    assert.deepEqual(read(announced('First.', '')), [{ text: 'First.' }]);
    assert.deepEqual(read(announced('First.', '<|end|>')), [{ text: 'First.' }]);
  });
});

describe('a header that the end of the answer cuts', () => {
  const header = '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>';
  for (let end = 1; end < header.length; end++) {
    const output = header.slice(0, end);
    const isNamed = end > header.indexOf('get_weather') + 'get_weather'.length;
    test(output, () => {
      const items = itemsOf(readCut(harmony.reader(harmonyRules()), output, 'each'), output);
      assert.deepEqual(items, isNamed ? [{ call: 'get_weather', arguments: '' }] : []);
    });
  }
});

test('tools that must not be called are not', () => {
  const rules = harmonyRules({ calls: undefined, withheld: [WEATHER] });
  assert.ok(accepts(grammarOf(rules), '<|channel|>final<|message|>No.'));
  assert.ok(!accepts(grammarOf(rules), weather('Paris')));
});

describe('where the answer begins', () => {
  const prompt = '<|start|>user<|message|>Hi <|channel|>analysis<|message|>x<|end|><|start|>assistant';
  const opening = (text: string, off = false) => harmony.opening!(text, { off });

  test('behind the beginning of a message', () => {
    assert.deepEqual(opening(prompt), { state: 'optional', suffix: '' });
    assert.deepEqual(opening(prompt, true), {
      state: 'none',
      suffix: '<|channel|>analysis<|message|><|end|><|start|>assistant',
    });
    assert.deepEqual(opening(prompt.replace('<|start|>assistant', ''), true), { state: 'none', suffix: '' });
  });

  test('inside of a message', () => {
    const inside = (channel: string) => `${prompt}<|channel|>${channel}<|message|>Well`;
    assert.deepEqual(opening(inside('final')), { state: 'none', suffix: '' });
    assert.deepEqual(opening(inside('analysis')), { state: 'open', suffix: '' });
    assert.deepEqual(opening(inside('analysis'), true), {
      state: 'none',
      suffix: '<|end|><|start|>assistant',
    });
  });
});

test('the template is known', () => {
  assert.ok(
    detectsHarmony(
      `{{- '<|start|>assistant to=functions.' + call.name + '<|channel|>commentary json<|message|>' }}`,
    ),
  );
  assert.ok(!detectsHarmony(`{{- '<|im_start|>' + message.role }}`));
});
