import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Constraint } from '@parley/constrain';
import { request, setUp, type Wish } from '../engine.fixture.ts';
import type { EngineRequest } from '../open-request.ts';

/** A request whose answer must have a form. */
function formed(constraint: Constraint, wish: Wish = {}): EngineRequest {
  const one = request({ maxTokens: 60, ...wish });
  const output = JSON.stringify({
    constraint,
    options: { declaredOrder: true, compact: true },
    param: 'response_format',
  });
  return { ...one, options: { ...one.options, output } };
}

const PERSON = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 5, pattern: '^[a-z]*$' },
    grade: { enum: ['good', 'bad'] },
  },
  required: ['name', 'grade'],
  additionalProperties: false,
};

/** Costs many times the work that is done before a step comes in between. */
const wide = (fields: number) => ({
  type: 'object',
  properties: Object.fromEntries(
    Array.from({ length: fields }, (_, i) => [`field ${i}`, { anyOf: [{ const: i }, { minLength: i }] }]),
  ),
  required: ['field 0'],
  maxProperties: 1,
});

const free = (prompt: string) =>
  request({ prompt, sampling: { ignoreEos: true, temperature: 1 }, maxTokens: 40 });

test('an answer has its form, with forced tokens and without, alone and beside others', () => {
  const wishes: Wish[] = [0, 1].flatMap((temperature) =>
    [undefined, 0].map((logprobs) => ({ sampling: { temperature, logprobs }, seed: 4n })),
  );
  for (const parallel of [1, 4]) {
    const world = setUp({ batchLimit: 64 }, parallel);
    const requests = wishes.map((wish) => formed({ jsonSchema: PERSON }, wish));
    for (const one of requests) world.engine.add(one);
    world.finish();
    const texts = requests.map(({ id }) => world.textOf(id));
    for (const [i, text] of texts.entries()) {
      assert.deepEqual(Object.keys(JSON.parse(text)), ['name', 'grade'], text);
      assert.equal(world.endOf(requests[i]!.id)?.reason, 'stop');
    }
    // Forced tokens are those that would be sampled: log probabilities, which need every one to be, change nothing.
    assert.deepEqual([texts[0], texts[2]], [texts[1], texts[3]]);
    assert.deepEqual(world.errors, []);
  }
});

test('what a form forces can be forbidden by another parameter', () => {
  const world = setUp();
  const banned = formed({ jsonSchema: PERSON }, { sampling: { logitBias: [['g'.charCodeAt(0), -100]] } });
  world.engine.add(banned);
  world.finish();
  const failed = world.updates.find((update) => update.kind === 'failed');
  assert.ok(failed?.kind === 'failed' && failed.error.status === 400);
  assert.match(failed.error.message, /logit_bias/);
});

test('tokens that a form forces are counted, and take a row each of steps that are shared', () => {
  const rows: number[] = [];
  const world = setUp({ onDecode: ({ length }) => rows.push(length) });
  const [one, other] = [formed({ jsonSchema: PERSON }), free('hello')];
  world.engine.add(one);
  world.engine.add(other);
  world.finish();
  const { completionTokens } = world.doneOf(one.id)!.usage;
  assert.equal(completionTokens, world.textOf(one.id).length);
  assert.ok(Math.max(...rows.slice(2)) <= 2, `${rows}`);
  // The last ones are forced, and their rows are not needed.
  const { steps } = world.engine.stats();
  assert.ok(steps >= 40 && completionTokens > 20);
});

test('a sequence that runs alone computes forced tokens together', () => {
  const counts = [1, 4].map((parallel) => {
    const world = setUp({ batchLimit: 64 }, parallel);
    world.engine.add(formed({ jsonSchema: PERSON }));
    world.finish();
    return world.runtime.counts.decodes;
  });
  assert.ok(counts[0]! * 1.5 < counts[1]!, `${counts}`);
});

test('others go on while a form is compiled, and their texts are what they are alone', () => {
  const prompts = ['one prompt', 'and another'];
  const alone = prompts.map((prompt) => {
    const world = setUp();
    const one = free(prompt);
    world.engine.add(one);
    world.finish();
    return world.textOf(one.id);
  });
  const world = setUp();
  const others = prompts.map(free);
  for (const one of others) world.engine.add(one);
  world.engine.step();
  const one = formed({ jsonSchema: wide(300) });
  const same = formed({ jsonSchema: wide(300) });
  world.engine.add(one);
  world.engine.add(same);
  const before = world.runtime.counts.decodes;
  world.engine.step();
  assert.ok(world.runtime.counts.decodes > before + 5, 'one step, in whose midst were many');
  world.finish();
  assert.deepEqual(
    others.map(({ id }) => world.textOf(id)),
    alone,
  );
  assert.ok('field 0' in JSON.parse(world.textOf(one.id)));
  assert.equal(world.textOf(same.id), world.textOf(one.id));
  assert.deepEqual(world.errors, []);
});

test('answers of one form do not disturb each other', () => {
  const words = Array.from({ length: 80 }, (_, i) => `${String.fromCharCode(0x28 + (i % 52))}${i}`);
  const wishes: Wish[] = [1n, 2n, 3n].map((seed) => ({ seed, sampling: { temperature: 1 } }));
  const alone = wishes.map((wish) => {
    const world = setUp();
    const one = formed({ jsonSchema: { enum: words } }, wish);
    world.engine.add(one);
    world.finish();
    return world.textOf(one.id);
  });
  const world = setUp();
  const requests = wishes.map((wish) => formed({ jsonSchema: { enum: words } }, wish));
  for (const one of requests) {
    world.engine.add(one);
    world.engine.step();
  }
  world.finish();
  assert.deepEqual(
    requests.map(({ id }) => world.textOf(id)),
    alone,
  );
  for (const text of alone) assert.ok(words.includes(JSON.parse(text)));
});

test('a form that does not compile fails its own requests only', () => {
  const world = setUp();
  const impossible = {
    type: 'object',
    required: ['a', 'b'],
    maxProperties: 1,
    properties: wide(200).properties,
  };
  const other = free('hello');
  world.engine.add(other);
  const bad = [
    formed({ jsonSchema: impossible }),
    formed({ jsonSchema: impossible }),
    formed({ regex: '(' }),
  ];
  for (const one of bad) world.engine.add(one);
  world.finish();
  for (const { id } of bad) {
    const failed = world.updates.find((update) => update.kind === 'failed' && update.request === id);
    assert.ok(failed?.kind === 'failed' && failed.error.status === 400);
  }
  assert.equal(world.endOf(other.id)?.reason, 'length');
  const { running, waiting, cellsUsed } = world.engine.stats();
  assert.deepEqual({ running, waiting, cellsUsed }, { running: 0, waiting: 0, cellsUsed: 0 });
});

test('a request that is cancelled before its form is compiled leaves nothing behind', () => {
  const world = setUp();
  const one = formed({ jsonSchema: wide(200) }, { n: 2 });
  world.engine.add(one);
  world.engine.cancel(one.id);
  assert.equal(world.engine.busy, false);
  world.engine.step();
  assert.equal(world.runtime.counts.decodes, 0);
  const { running, waiting } = world.engine.stats();
  assert.deepEqual({ running, waiting }, { running: 0, waiting: 0 });
});

test('the time of steps amid long work is counted once', () => {
  const world = setUp();
  world.engine.add(free('hello'));
  world.engine.step();
  world.engine.add(formed({ jsonSchema: wide(300) }));
  world.finish();
  const { decodeSeconds, overheadSeconds, steps } = world.engine.stats();
  assert.ok(steps >= 40);
  // The clock moves by one with each look at it.
  const counted = Math.round((decodeSeconds + overheadSeconds) * 1000);
  assert.ok(counted > steps && counted <= world.looks(), `${counted} of ${world.looks()}`);
});
