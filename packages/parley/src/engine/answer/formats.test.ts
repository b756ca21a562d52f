import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '@parley/constrain';
import { commandRSuite } from './command-r.fixture.ts';
import { type CallCase, type FormatSuite, rulesOf } from './conformance.fixture.ts';
import { deepseekSuite } from './deepseek.fixture.ts';
import { composeDialect } from './dialect.ts';
import { CALL_FORMAT_NAMES, detectDialect } from './dialects.ts';
import type { AnswerRules, CallFormat, CallRules, ToolSpec } from './format.ts';
import { functionary31Suite, functionary32Suite } from './functionary.fixture.ts';
import { genericSuite } from './generic.fixture.ts';
import { glmSuite } from './glm.fixture.ts';
import { graniteSuite } from './granite.fixture.ts';
import { harmony } from './harmony.ts';
import { hermesSuite } from './hermes.fixture.ts';
import { kimiSuite } from './kimi.fixture.ts';
import { llamaJsonSuite } from './llama-json.fixture.ts';
import { llamaPythonicSuite } from './llama-pythonic.fixture.ts';
import { mistralArgsSuite, mistralSuite } from './mistral.fixture.ts';
import { phiSuite } from './phi.fixture.ts';
import { minimaxXmlSuite, qwenXmlSuite, seedXmlSuite } from './qwen-xml.fixture.ts';
import { accepts, seeded } from './random-text.fixture.ts';
import { DEFAULT_TOOLS } from './tools.fixture.ts';
import { itemsOf, readCut } from './transcript.fixture.ts';

const SUITES: readonly FormatSuite[] = [
  ...[commandRSuite, deepseekSuite, functionary31Suite, functionary32Suite, genericSuite, glmSuite],
  ...[graniteSuite, hermesSuite, kimiSuite, llamaJsonSuite, llamaPythonicSuite, minimaxXmlSuite],
  ...[mistralArgsSuite, mistralSuite, phiSuite, qwenXmlSuite, seedXmlSuite],
];

const TOOLS: readonly ToolSpec[] = Array.from({ length: 128 }, (_, i) => ({
  kind: 'function',
  name: `tool_${i}`,
  parameters: {
    type: 'object',
    properties: {
      [`a${i}`]: { type: 'string', maxLength: i },
      b: { type: 'integer' },
      c: { enum: ['x', i] },
    },
    required: ['b'],
  },
}));

const answerRules = (tools: readonly ToolSpec[], rules: Partial<CallRules> = {}): AnswerRules => ({
  calls: { tools, parallel: true, required: false, ...rules },
  form: undefined,
  reasoning: 'none',
});

/** Pieces of recorded outputs and marks in any order. */
function scraps(cases: readonly CallCase[], marks: readonly string[], random: () => number): string {
  const any = (below: number): number => Math.floor(random() * below);
  const piece = (): string => {
    if (random() < 0.3) return marks[any(marks.length)] ?? '';
    const { output } = cases[any(cases.length)] ?? { output: '' };
    const from = random() < 0.5 ? 0 : any(output.length);
    return output.slice(from, from + 1 + any(output.length));
  };
  return Array.from({ length: 1 + any(5) }, piece).join('');
}

/** Cuts the answer everywhere. Before a mark is whole, it may be text. */
function checkCuts(format: CallFormat, one: CallCase): void {
  const rules = answerRules(DEFAULT_TOOLS, one.rules);
  const required = { ...rules, calls: { ...rules.calls!, required: true } };
  const read = (wanted: AnswerRules, output: string) =>
    itemsOf(readCut(composeDialect(format, undefined).reader(wanted), output, 'each'), output);
  const [first] = one.parts;
  const lead = first && 'text' in first ? first.text : '';
  let known = 0;
  for (let end = 1; end <= one.output.length; end++) {
    const output = one.output.slice(0, end);
    const items = read(rules, output);
    const shown = items.flatMap((item) => ('text' in item ? [item.text] : [])).join('');
    assert.ok(shown === lead || (known === 0 && ['', output].includes(shown)), output);
    const calls = items.filter((item) => 'call' in item).length;
    assert.ok(calls >= known, output);
    known = calls;
    assert.ok(
      read(required, output).every((item) => 'call' in item),
      output,
    );
  }
  assert.equal(known, one.parts.filter((part) => 'call' in part).length);
}

describe('call formats', () => {
  test('all are tested', () => {
    const tested = SUITES.map(({ format }) => format.name);
    assert.deepEqual([...tested, harmony.name].sort(), [...CALL_FORMAT_NAMES].sort());
    assert.equal(new Set(CALL_FORMAT_NAMES).size, CALL_FORMAT_NAMES.length);
  });

  for (const { format, template, cases, marks } of SUITES) {
    test(`${format.name} is told from the others by its template`, () => {
      assert.equal(detectDialect(template, {}).call, format.name);
    });

    test(`${format.name} gives text out as soon as it comes`, () => {
      const reader = composeDialect(format, undefined).reader(answerRules(TOOLS));
      const pieces = ['Hello', ', how', ' are\nyou', '?'];
      const told = pieces.map((piece) => reader.push(piece));
      assert.deepEqual(
        told.map((parts) => parts.map((part) => (part.type === 'text' ? part.text : part.type))),
        pieces.map((piece) => [piece]),
      );
      assert.deepEqual(reader.end(), []);
    });

    test(`${format.name} gives arguments out as they come`, () => {
      const one = cases.find(({ parts }) =>
        parts.some((part) => 'call' in part && /Paris|Oslo/.test(part.arguments)),
      );
      assert.ok(one, 'no case with a city');
      const parts = readCut(format.reader(rulesOf(one.rules)), one.output, 'each');
      itemsOf(parts, one.output);
      const letters = parts.filter((part) => part.type === 'arguments' && part.text.length === 1);
      assert.ok(letters.length >= 4, `${letters.length} of the arguments came alone`);
    });

    test(`${format.name} shows nothing of a call that the end of the answer cuts`, () => {
      const all = cases.filter(({ parts, taken }) => {
        const calls = parts.filter(
          (part, i) => 'call' in part || (i === 0 && !format.framed && 'text' in part),
        );
        return taken !== 'neither' && calls.length === parts.length && parts.some((part) => 'call' in part);
      });
      assert.ok(all.length > 0, 'no case has calls');
      for (const one of all) checkCuts(format, one);
    });

    test(`${format.name} lets no call begin where none may be made`, () => {
      const grammar = compile({ structuralTag: { format: format.text(DEFAULT_TOOLS) } });
      for (const { output, parts, rules, taken } of cases) {
        if (taken || !parts.some((part) => 'call' in part)) continue;
        if (rules?.tools) continue;
        assert.ok(!accepts(grammar, output), output);
      }
      const hello = format.framed ? 'all\nHello' : 'Hello';
      assert.ok(accepts(grammar, 'Hello {"name": "x"}') || accepts(grammar, hello));
    });

    test(`${format.name} accounts for all of any text, however it is cut`, () => {
      const random = seeded(7);
      const reader = () => composeDialect(format, undefined).reader(answerRules(DEFAULT_TOOLS));
      for (let round = 0; round < 150; round++) {
        const output = scraps(cases, marks, random);
        const whole = itemsOf(readCut(reader(), output, 'whole'), output);
        for (const cut of ['each', { seed: round }] as const) {
          assert.deepEqual(itemsOf(readCut(reader(), output, cut), output), whole, JSON.stringify(output));
        }
      }
    });

    test(`${format.name} can offer ${TOOLS.length} tools`, () => {
      const rules = rulesOf({ tools: TOOLS });
      for (const form of [format.calls(rules), format.textOrCalls(rules)]) {
        compile({ structuralTag: { format: form } }, { declaredOrder: true });
      }
    });
  }
});
