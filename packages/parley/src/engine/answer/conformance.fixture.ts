/**
 * Test support: what every call format must do. A format's file `x.fixture.ts` exports its FormatSuite, its test calls
 * `runCases(suite)`, and `formats.test.ts` lists all suites.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '@parley/constrain';
import { composeDialect } from './dialect.ts';
import type { CallFormat, CallRules, TagFormat } from './format.ts';
import { accepts, randomText, seeded } from './random-text.fixture.ts';
import { checkArguments, DEFAULT_TOOLS, WALK_TOOLS } from './tools.fixture.ts';
import { type Cut, type Item, itemsOf, readCut } from './transcript.fixture.ts';

/** One recorded output. */
export interface CallCase {
  readonly name: string;
  /** Default: all of DEFAULT_TOOLS, in parallel. */
  readonly rules?: Partial<CallRules>;
  readonly output: string;
  /** What it must read as: texts and calls in their order, white space beside calls left out. */
  readonly parts: readonly Item[];
  /**
   * Which constraint takes it: `calls` is taken by both, `textOrCalls` by that one alone, `neither` must be refused by
   * both. Default: `calls` where all of it is calls, else `textOrCalls`.
   */
  readonly taken?: 'calls' | 'textOrCalls' | 'neither';
}

export interface FormatSuite {
  readonly format: CallFormat;
  /** As much of a published template as it takes to tell the format. */
  readonly template: string;
  readonly cases: readonly CallCase[];
  /** What the format is made of, for random walks: texts that end a call first, the most urgent ahead. */
  readonly marks: readonly string[];
  /** Text that may hold calls up to where the first one has begun, for the same; of a tool with the name. */
  readonly opening: string | ((name: string) => string);
  /** The family never writes several calls in one answer. */
  readonly single?: true;
  /** Tools of random walks, where the format cannot write all of WALK_TOOLS. */
  readonly walkTools?: CallRules['tools'];
}

/** Registers the tests of one format. */
export function runCases(suite: FormatSuite): void {
  const { format } = suite;
  describe(`calls as ${format.name} writes them`, () => {
    test('the template is known', () => assert.ok(format.detects(suite.template)));
    for (const one of suite.cases) {
      test(`reads ${one.name}`, () => checkReading(format, one));
      test(`constrains ${one.name}`, () => checkConstraint(format, one));
    }
    test('what the constraint of calls lets through reads as valid calls', () => checkWalks(suite, 'calls'));
    test('so does what the constraint of text and calls lets through', () =>
      checkWalks(suite, 'textOrCalls'));
    if (!suite.single) test('one call where calls must not be parallel', () => checkSingle(suite));
  });
}

export const rulesOf = (rules: Partial<CallRules> = {}): CallRules => ({
  tools: DEFAULT_TOOLS,
  parallel: true,
  ...rules,
});

function readerOf(format: CallFormat, rules: CallRules) {
  const dialect = composeDialect(format, undefined);
  return () => dialect.reader({ calls: { ...rules, required: false }, form: undefined, reasoning: 'none' });
}

function checkReading(format: CallFormat, { output, parts, rules }: CallCase): void {
  const all = rulesOf(rules);
  const cuts: Cut[] = ['whole', 'each', ...[1, 2, 3, 4, 5, 6].map((seed) => ({ seed }))];
  for (const cut of cuts) {
    const read = itemsOf(readCut(readerOf(format, all)(), output, cut), output);
    assert.deepEqual(read, parts, `cut: ${JSON.stringify(cut)}`);
    // The format's own reader, without the dialect around it, has to account for all of the text as well.
    itemsOf(readCut(format.reader(all), output, cut), output);
  }
  for (let end = 0; end < output.length; end++) {
    const start = output.slice(0, end);
    itemsOf(readCut(readerOf(format, all)(), start, 'whole'), start);
  }
}

const grammarOf = (format: TagFormat) => compile({ structuralTag: { format } }, { declaredOrder: true });

function checkConstraint(format: CallFormat, { output, parts, rules, taken }: CallCase): void {
  const all = rulesOf(rules);
  const isCalls = parts.length > 0 && parts.every((part) => 'call' in part);
  const by = taken ?? (isCalls ? 'calls' : 'textOrCalls');
  assert.equal(accepts(grammarOf(format.calls(all)), output), by === 'calls', 'calls');
  assert.equal(accepts(grammarOf(format.textOrCalls(all)), output), by !== 'neither', 'textOrCalls');
}

const WALKS = 30;

function checkWalks(suite: FormatSuite, which: 'calls' | 'textOrCalls'): void {
  const { format, walkTools = WALK_TOOLS } = suite;
  let complete = 0;
  let called = 0;
  for (let seed = 1; seed <= WALKS; seed++) {
    // One or two tools at a time, so that each has its turn.
    const tools = walkTools.filter((_, i) => (seed + i) % Math.ceil(walkTools.length / 2) === 0);
    const rules = rulesOf({ tools });
    const begin = typeof suite.opening === 'string' ? suite.opening : suite.opening(tools[0]?.name ?? '');
    const opening = which === 'textOrCalls' && seed % 2 === 0 ? begin : '';
    const output = randomText(grammarOf(format[which](rules)), seeded(seed), suite.marks, opening);
    if (output === undefined) continue;
    complete++;
    const calls = checkWalk(format, rules, output, seed);
    if (which === 'calls') assert.ok(calls > 0, `no call in ${JSON.stringify(output)}`);
    called += calls;
  }
  assert.ok(complete >= WALKS / 2, `only ${complete} walks of ${WALKS} came to an end`);
  assert.ok(called >= complete / 4, `only ${called} calls in ${complete} walks`);
}

/** @returns how many calls the text has. */
function checkWalk(format: CallFormat, rules: CallRules, output: string, seed: number): number {
  const newReader = readerOf(format, rules);
  const items = itemsOf(readCut(newReader(), output, 'whole'), output);
  assert.deepEqual(itemsOf(readCut(newReader(), output, { seed }), output), items);
  assert.deepEqual(itemsOf(readCut(newReader(), output, 'each'), output), items);
  const calls = items.filter((item) => 'call' in item);
  for (const call of calls) {
    const tool = rules.tools.find(({ name }) => name === call.call);
    assert.ok(tool, `unknown tool in ${JSON.stringify(output)}`);
    checkArguments(tool, call.arguments, output);
  }
  return calls.length;
}

function checkSingle({ format, cases }: FormatSuite): void {
  const several = cases.filter(
    ({ parts, taken = 'calls', rules }) =>
      taken !== 'neither' && rules?.parallel !== false && parts.filter((part) => 'call' in part).length > 1,
  );
  assert.ok(several.length > 0, 'no case has several calls');
  for (const { output, rules, name } of several) {
    const single = rulesOf({ ...rules, parallel: false });
    assert.ok(!accepts(grammarOf(format.calls(single)), output), name);
    assert.ok(!accepts(grammarOf(format.textOrCalls(single)), output), name);
  }
}
