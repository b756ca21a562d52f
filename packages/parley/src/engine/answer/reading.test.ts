import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent } from '../../core/event.ts';
import { dialectByName } from './dialects.ts';
import type { AnswerRules, ToolSpec } from './format.ts';
import { AnswerReading, type ReadingOptions } from './reading.ts';

const TOOL: ToolSpec = { kind: 'function', name: 'f', parameters: { type: 'object' } };
const CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';
const USAGE: ChatEvent = {
  type: 'usage',
  final: true,
  usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 9, reasoningTokens: 0 },
};

const HARMONY_RULES: AnswerRules = { calls: undefined, form: undefined, reasoning: 'none' };

function reading(rules: Partial<AnswerRules>, options: Partial<ReadingOptions> = {}): AnswerReading {
  const dialect = dialectByName({ call: 'hermes', reasoning: 'think' });
  let calls = 0;
  return new AnswerReading({
    newReader: () =>
      dialect.reader({
        calls: { tools: [TOOL], parallel: true, required: false },
        form: undefined,
        reasoning: 'none',
        ...rules,
      }),
    reasoning: 'apart',
    prefix: '',
    newCallId: () => `call_${calls++}`,
    ...options,
  });
}

/** One token a character. */
function answer(text: string, choice = 0, reason: 'stop' | 'length' = 'stop'): ChatEvent[] {
  const deltas = [...text].map(
    (each): ChatEvent => ({
      type: 'text-delta',
      choice,
      text: each,
      tokenCount: 1,
      tokenIds: [each.charCodeAt(0)],
    }),
  );
  return [...deltas, { type: 'choice-end', choice, reason, tokenCount: 1, tokenIds: [0] }];
}

const read = (using: AnswerReading, events: readonly ChatEvent[]): ChatEvent[] =>
  events.flatMap((event) => [...using.read(event)]);

const counts = (events: readonly ChatEvent[]): number =>
  events.reduce((sum, event) => sum + ('tokenCount' in event ? event.tokenCount : 0), 0);

const joined = (events: readonly ChatEvent[], type: 'text-delta' | 'reasoning-delta'): string =>
  events.map((event) => (event.type === type ? event.text : '')).join('');

test('reasoning, text and calls become events of their own; every token is counted once, with its id', () => {
  const text = `<think>\nwhy\n</think>\n\nWell.${CALL}`;
  const events = read(reading({ reasoning: 'optional' }), answer(text));
  assert.equal(joined(events, 'reasoning-delta'), 'why');
  assert.equal(joined(events, 'text-delta'), 'Well.');
  const start = events.find(({ type }) => type === 'tool-call-start');
  assert.partialDeepStrictEqual(start, { index: 0, id: 'call_0', kind: 'function', name: 'f' });
  const args = events.map((event) => (event.type === 'tool-call-delta' ? event.arguments : '')).join('');
  assert.deepEqual(JSON.parse(args), { a: 1 });
  assert.equal(counts(events), text.length + 1);
  const ids = events.flatMap((event) => ('tokenIds' in event ? (event.tokenIds ?? []) : []));
  assert.equal(String.fromCharCode(...ids), `${text}\0`);
  const last = events.at(-1);
  assert.equal(last?.type === 'choice-end' && last.reason, 'tool_calls');
});

test('a call that the limit cut ends with length', () => {
  const events = read(reading({}), answer(CALL.slice(0, -20), 0, 'length'));
  const last = events.at(-1);
  assert.equal(last?.type === 'choice-end' && last.reason, 'length');
  assert.ok(events.some(({ type }) => type === 'tool-call-start'));
});

test('choices are read apart, and each has call ids of its own', () => {
  const one = answer(CALL, 0);
  const two = answer(`hello${CALL}`, 1);
  const mixed = two.flatMap((event, i) => [...(one[i] ? [one[i]] : []), event]);
  const events = read(reading({}), mixed);
  const starts = events.filter((event) => event.type === 'tool-call-start');
  assert.deepEqual(
    starts.map(({ choice, index, id }) => [choice, index, id]),
    [
      [0, 0, 'call_0'],
      [1, 0, 'call_1'],
    ],
  );
});

test('reasoning tokens are counted in the usage, also where reasoning is not shown', () => {
  for (const told of ['apart', 'nowhere'] as const) {
    const text = 'think hard</think>yes';
    const events = read(reading({ reasoning: 'open' }, { reasoning: told }), [...answer(text), USAGE]);
    assert.equal(joined(events, 'reasoning-delta'), told === 'apart' ? 'think hard' : '');
    assert.equal(joined(events, 'text-delta'), 'yes');
    assert.equal(counts(events), text.length + 1);
    const usage = events.at(-1);
    assert.equal(usage?.type === 'usage' && usage.usage.reasoningTokens, 'think hard'.length);
  }
});

test('between two texts of a kind a line is free, and its bytes are those of a hidden token', () => {
  const reading = new AnswerReading({
    newReader: () => dialectByName({ call: 'harmony', reasoning: undefined }).reader(HARMONY_RULES),
    reasoning: 'apart',
    prefix: '',
    newCallId: () => 'call',
  });
  const text = '<|channel|>commentary<|message|>So.<|end|><|start|>assistant<|channel|>final<|message|>Yes.';
  const scored = answer(text).map(
    (event): ChatEvent =>
      event.type === 'text-delta'
        ? { ...event, tokens: [{ id: 1, bytes: Buffer.from(event.text), logprob: -1, top: [] }] }
        : event,
  );
  const events = read(reading, scored);
  assert.equal(joined(events, 'text-delta'), 'So.\n\nYes.');
  const bytes = events.flatMap((event) =>
    event.type === 'text-delta' ? (event.tokens ?? []).flatMap((token) => [...token.bytes]) : [],
  );
  assert.equal(Buffer.from(bytes).toString(), 'So.\n\nYes.');
  assert.equal(counts(events), text.length + 1);
});

test('reasoning as a part of the text still counts as reasoning', () => {
  const text = 'think hard</think>yes';
  const raw = reading({ reasoning: 'open', rawReasoning: true }, { reasoning: 'text', prefix: '<think>\n' });
  const events = read(raw, [...answer(text), USAGE]);
  assert.equal(joined(events, 'text-delta'), `<think>\n${text}`);
  const usage = events.at(-1);
  assert.equal(usage?.type === 'usage' && usage.usage.reasoningTokens, 'think hard'.length);
});

test('a stop token that ends a call early asks for nothing', () => {
  for (const [text, reason] of [
    [CALL.slice(0, -20), 'stop'],
    [CALL, 'tool_calls'],
  ] as const) {
    const stopped = answer(text).map(
      (event): ChatEvent => (event.type === 'choice-end' ? { ...event, stop: 7 } : event),
    );
    const last = read(reading({}), stopped).at(-1);
    assert.equal(last?.type === 'choice-end' && last.reason, reason);
  }
});

test('a prefix stands before each answer and counts no token', () => {
  const events = read(reading({}, { prefix: '<think>\n' }), [...answer('a', 0), ...answer('b', 1)]);
  assert.equal(joined(events, 'text-delta'), '<think>\na<think>\nb');
  assert.equal(counts(events), 4);
});
