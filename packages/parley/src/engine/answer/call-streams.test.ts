import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { commandRSuite } from './command-r.fixture.ts';
import { rulesOf } from './conformance.fixture.ts';
import { deepseekSuite } from './deepseek.fixture.ts';
import { composeDialect } from './dialect.ts';
import type { ReasoningFormat } from './format.ts';
import { glmSuite } from './glm.fixture.ts';
import { graniteSuite } from './granite.fixture.ts';
import { kimiSuite } from './kimi.fixture.ts';
import { phiSuite } from './phi.fixture.ts';
import { type Cut, itemsOf, readCut } from './transcript.fixture.ts';

const THINK: ReasoningFormat = {
  name: 'think',
  detects: () => true,
  controlTokens: [],
  begin: '<think>',
  end: '</think>',
  forcedEnd: '</think>',
};

/** A thought that looks like all of the formats at once. */
const THOUGHT =
  'I could write <tool_call>now</tool_call>, <|tool_call|>[{"name": "now", "arguments": {}}], functools[{"name": "now", ' +
  '"arguments": {}}], <|START_ACTION|>[{"tool_name": "now", "parameters": {}}]<|END_ACTION|> or ' +
  '<|tool_call_begin|>functions.now:0<|tool_call_argument_begin|>{}<|tool_call_end|>.';

const SUITES = [commandRSuite, deepseekSuite, glmSuite, graniteSuite, kimiSuite, phiSuite];

describe('reasoning before calls', () => {
  for (const { format, cases } of SUITES) {
    test(`as ${format.name} writes them`, () => {
      const [one] = cases;
      assert.ok(one);
      const rules = {
        calls: { ...rulesOf(one.rules), required: false },
        form: undefined,
        reasoning: 'optional',
      } as const;
      const output = `<think>${THOUGHT}</think>\n\n${one.output}`;
      const cuts: Cut[] = ['whole', 'each', { seed: 1 }];
      for (const cut of cuts) {
        const items = itemsOf(readCut(composeDialect(format, THINK).reader(rules), output, cut), output);
        assert.deepEqual(items, [{ reasoning: THOUGHT }, ...one.parts]);
      }
    });
  }
});

describe('a call is told while it is written', () => {
  for (const { format, cases } of SUITES) {
    test(`as ${format.name} writes it`, () => {
      const output = cases[0]!.output;
      const reader = format.reader(rulesOf());
      const city = output.indexOf('Paris');
      const before = reader.push(output.slice(0, city)).map(({ type }) => type);
      assert.deepEqual(before.filter((type) => type !== 'skip').slice(0, 2), ['call', 'arguments']);
      for (const letter of 'Paris') {
        const parts = reader.push(letter);
        assert.deepEqual(
          parts.filter(({ type }) => type === 'arguments'),
          [{ type: 'arguments', text: letter }],
        );
      }
    });
  }
});
