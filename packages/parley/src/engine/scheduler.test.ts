import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillBatch } from './fill-batch.ts';
import type { SequenceOptions } from './options.ts';
import { NEUTRAL } from './sampler/sampling.fixture.ts';
import { type Plan, Scheduler } from './scheduler.ts';
import { Sequence } from './sequence.ts';
import { ToyRuntime } from './toy/runtime.ts';

const OPTIONS: SequenceOptions = {
  maxTokens: 20,
  text: { stop: [], includeStop: false, skipSpecialTokens: true, spacesBetweenSpecialTokens: true },
  sampling: NEUTRAL,
};

let nextRequest = 1;
function sequence(prompt: number[], init: Partial<ConstructorParameters<typeof Sequence>[0]> = {}): Sequence {
  const defaults = {
    request: nextRequest++,
    choice: 0,
    options: OPTIONS,
    seed: 0n,
    priority: 0,
    salt: '',
  };
  return new Sequence({ ...defaults, prompt: Int32Array.from(prompt), ...init });
}

const prompt = (length: number, first = 97): number[] => Array.from({ length }, (_, i) => first + (i % 20));

/** Carries a plan out on the toy, which throws when the plan breaks the cache. */
function run(runtime: ToyRuntime, plan: Plan): void {
  for (const move of plan.moves) {
    if (move.kind === 'copy') runtime.copyPrefix(move.from, move.to, move.length);
    else runtime.truncate(move.slot, move.length);
  }
  if (plan.chunks.length === 0) return;
  fillBatch(runtime.batch, plan.chunks);
  runtime.decode();
  for (const { sequence, count } of plan.chunks) {
    sequence.computed += count;
    if (!sequence.prefilling) sequence.append(97);
  }
}

function setUp(options: Partial<ConstructorParameters<typeof Scheduler>[0]> = {}) {
  const runtime = new ToyRuntime({ sequenceLimit: options.slots ?? 8, batchLimit: options.batchLimit ?? 32 });
  const scheduler = new Scheduler({
    slots: 8,
    parallel: 4,
    batchLimit: 32,
    promptBudget: 8,
    minimumCopy: 4,
    ...options,
  });
  const step = () => {
    const plan = scheduler.plan();
    run(runtime, plan);
    return plan;
  };
  return { runtime, scheduler, step };
}

const rows = (plan: Plan) => plan.chunks.reduce((sum, { count }) => sum + count, 0);

test('running tokens and prompt chunks share one batch, within the prompt budget', () => {
  const { scheduler, step } = setUp();
  const short = sequence(prompt(4));
  scheduler.add(short);
  step();
  const long = sequence(prompt(40, 65));
  scheduler.add(long);
  const plan = step();
  assert.deepEqual(
    plan.chunks
      .map(({ sequence, count }) => [sequence, count])
      .sort((a, b) => (a[1] as number) - (b[1] as number)),
    [
      [short, 1],
      [long, 8],
    ],
  );
});

test('a prompt that runs alone fills the batch', () => {
  const { scheduler, step } = setUp();
  scheduler.add(sequence(prompt(50)));
  assert.equal(rows(step()), 32);
  assert.equal(rows(step()), 18);
});

test('a short prompt is not held up by a long one', () => {
  const { scheduler, step } = setUp();
  const [long, short] = [sequence(prompt(60, 65)), sequence(prompt(6))];
  scheduler.add(long);
  step();
  scheduler.add(short);
  step();
  assert.equal(short.prefilling, false);
  assert.equal(long.computed > 32, true);
});

test('waiting requests start by priority, then arrival', () => {
  const { scheduler, step } = setUp({ parallel: 1 });
  const running = sequence(prompt(3));
  scheduler.add(running);
  step();
  const late = sequence(prompt(5), { priority: 1 });
  const [first, second] = [sequence(prompt(5)), sequence(prompt(5))];
  const urgent = sequence(prompt(5), { priority: -1 });
  for (const waiting of [late, first, second, urgent]) scheduler.add(waiting);
  const order: Sequence[] = [];
  let current = running;
  while (order.length < 4) {
    scheduler.remove(current);
    step();
    current = scheduler.running[0];
    order.push(current);
  }
  assert.deepEqual(order, [urgent, first, second, late]);
});

test('a prompt that begins like a finished one reuses its cells in place', () => {
  const { scheduler, step, runtime } = setUp();
  const first = sequence(prompt(20));
  scheduler.add(first);
  step();
  scheduler.remove(first);
  const second = sequence([...prompt(20), 120, 121]);
  scheduler.add(second);
  const plan = step();
  assert.equal(second.cached, 20);
  assert.equal(second.slot, 0);
  assert.equal(rows(plan), 2);
  assert.equal(runtime.counts.copies, 0);
});

test('a prompt that begins like a running one copies its cells', () => {
  const { scheduler, step, runtime } = setUp();
  const first = sequence(prompt(20));
  scheduler.add(first);
  step();
  const second = sequence([...prompt(12), 120, 121]);
  scheduler.add(second);
  step();
  assert.equal(second.cached, 12);
  assert.equal(runtime.counts.copies, 1);
  assert.deepEqual([...runtime.held(second.slot as number)], [...prompt(12), 120, 121]);
});

test('a whole prompt in the cache still computes its last token', () => {
  const { scheduler, step } = setUp();
  const first = sequence(prompt(20));
  scheduler.add(first);
  step();
  const second = sequence(prompt(20));
  scheduler.add(second);
  step();
  assert.equal(second.cached, 19);
  assert.equal(second.sampled, 1);
});

test('salts keep prefixes apart', () => {
  const { scheduler, step } = setUp();
  const first = sequence(prompt(20), { salt: 'a' });
  scheduler.add(first);
  step();
  scheduler.remove(first);
  const second = sequence(prompt(20), { salt: 'b' });
  scheduler.add(second);
  step();
  assert.equal(second.cached, 0);
});

test('the least recently used prefix is dropped first', () => {
  const { scheduler, step } = setUp({ slots: 3, parallel: 1 });
  const prompts = [prompt(10, 65), prompt(10, 66), prompt(10, 67), prompt(10, 68)];
  const finish = (tokens: number[]) => {
    const one = sequence(tokens);
    scheduler.add(one);
    step();
    scheduler.remove(one);
    return one.cached;
  };
  for (const tokens of prompts) assert.equal(finish(tokens), 0);
  // Three places: the first prompt had to go.
  assert.equal(finish(prompts[1]), 9);
  assert.equal(finish(prompts[2]), 9);
  assert.equal(finish(prompts[3]), 9);
  assert.equal(finish(prompts[0]), 0);
});

test('a short common beginning does not drop what a longer conversation left', () => {
  const { scheduler, step, runtime } = setUp();
  const ask = (tokens: number[]) => {
    const one = sequence(tokens);
    scheduler.add(one);
    while (one.sampled === 0) step();
    scheduler.remove(one);
    return one;
  };
  const long = prompt(50);
  const first = ask(long);
  // Three tokens in common, as with every conversation that a template opens.
  const other = ask([...long.slice(0, 3), 120, 121]);
  assert.equal(other.cached, 0);
  // Enough to be worth a copy, and too little to give up the rest.
  const third = ask([...long.slice(0, 12), 122, 123]);
  assert.equal(third.cached, 12);
  assert.equal(runtime.counts.copies, 1);
  assert.equal(ask([...long, 124]).cached, 50);
  assert.equal(first.promptLength, 50);
});

test('limits that no batch could satisfy are refused', () => {
  for (const options of [{ parallel: 9 }, { batchLimit: 3 }, { parallel: 0 }, { promptBudget: 0 }]) {
    assert.throws(() => setUp(options), RangeError);
  }
});

test('other choices of a request wait for its prompt and copy it', () => {
  const { scheduler, step, runtime } = setUp();
  const leader = sequence(prompt(40));
  const others = [1, 2].map((choice) => sequence(prompt(40), { request: leader.request, choice, leader }));
  for (const one of [leader, ...others]) scheduler.add(one);
  assert.deepEqual(
    step().chunks.map(({ sequence }) => sequence),
    [leader],
  );
  step();
  step();
  assert.deepEqual(
    others.map(({ cached }) => cached),
    [39, 39],
  );
  assert.equal(runtime.counts.tokens, 40 + 2 + 1);
});

test('choices of a long prompt are admitted over several steps, so that their copies stall nobody for long', () => {
  const { scheduler, step } = setUp({ promptBudget: 2, parallel: 5 });
  const leader = sequence(prompt(25));
  const others = [1, 2, 3, 4].map((choice) =>
    sequence(prompt(25), { request: leader.request, choice, leader }),
  );
  for (const one of [leader, ...others]) scheduler.add(one);
  step();
  const copied = () => step().moves.reduce((sum, move) => sum + (move.kind === 'copy' ? move.length : 0), 0);
  assert.deepEqual([copied(), copied(), copied()], [48, 48, 0]);
  assert.equal(scheduler.running.length, 5);
});

test('running sequences stay neighbours: new ones fill holes, lasting holes are closed', () => {
  const { scheduler, step } = setUp();
  const all = [0, 1, 2, 3].map((i) => sequence(prompt(5 + i, 65 + i)));
  for (const one of all) scheduler.add(one);
  step();
  step();
  assert.deepEqual(
    all.map(({ slot }) => slot),
    [0, 1, 2, 3],
  );
  scheduler.remove(all[1]);
  const next = sequence(prompt(5, 75));
  scheduler.add(next);
  step();
  assert.equal(next.slot, 1);
  scheduler.remove(next);
  for (let i = 0; i < 4; i++) step();
  const slots = scheduler.running.map(({ slot }) => slot as number);
  assert.equal(Math.max(...slots) - Math.min(...slots), 2);
});

test('prompts are cut into pieces of the least length, whatever runs beside', () => {
  const { scheduler, step } = setUp({ batchLimit: 32, promptBudget: 16, leastPiece: 8, parallel: 4 });
  const lengths = [9, 15, 16, 17, 31, 40, 55, 60, 3, 8, 23, 24, 25, 59];
  const all = lengths.map((length, i) => sequence(prompt(length, 65 + i)));
  for (const one of all) scheduler.add(one);
  const pieces = new Map<Sequence, number[]>(all.map((one) => [one, []]));
  for (let steps = 0; all.some(({ prefilling }) => prefilling); steps++) {
    assert.ok(steps < 500, 'a prompt never gets its turn');
    const { chunks } = step();
    for (const { sequence, start, count } of chunks) {
      if (start < sequence.promptLength) pieces.get(sequence)?.push(count);
    }
    for (const one of scheduler.running) if (one.sampled > 2) scheduler.remove(one);
  }
  for (const [i, counts] of [...pieces.values()].entries()) {
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      lengths[i],
    );
    assert.ok(
      counts.every((count) => count >= Math.min(8, lengths[i])),
      `${lengths[i]} was cut into ${counts}`,
    );
  }
});

test('scored prompts want the logits of every row, and never more than a batch has', () => {
  const limits = { batchLimit: 32, promptBudget: 16, leastPiece: 8, parallel: 4, outputLimit: 19 };
  const { scheduler, step } = setUp(limits);
  const lengths = [9, 15, 16, 17, 31, 40, 55, 60, 3, 8, 23, 24, 25, 59, 1, 2];
  const options = { ...OPTIONS, promptLogprobs: 0 };
  const all = lengths.map((length, i) =>
    sequence(prompt(length, 65 + i), i % 4 === 3 ? {} : { options, salt: Symbol('own') }),
  );
  for (const one of all) scheduler.add(one);
  for (let steps = 0; all.some(({ prefilling }) => prefilling); steps++) {
    assert.ok(steps < 500, 'a prompt never gets its turn');
    const { chunks } = step();
    assert.ok(chunks.reduce((sum, { outputs }) => sum + outputs, 0) <= limits.outputLimit);
    for (const { sequence, start, count, outputs } of chunks) {
      if (start >= sequence.promptLength) continue;
      assert.ok(count >= Math.min(8, sequence.promptLength), `${sequence.promptLength} was cut to ${count}`);
      assert.equal(outputs, sequence.scored ? count : Number(!sequence.prefilling));
    }
    for (const one of scheduler.running) if (one.sampled > 2) scheduler.remove(one);
  }
});

test('the last tokens of a prompt are computed again, so that cached and fresh ones give equal logits', () => {
  const { scheduler, step } = setUp({ promptBudget: 16, leastPiece: 8 });
  const first = sequence(prompt(20));
  scheduler.add(first);
  step();
  scheduler.remove(first);
  const second = sequence(prompt(20));
  scheduler.add(second);
  step();
  assert.equal(second.cached, 12);
});

test('random load never breaks the cache and ends with nothing running', () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  const { scheduler, step, runtime } = setUp();
  const open = new Set<Sequence>();
  for (let i = 0; i < 5_000; i++) {
    if (random(3) === 0 && open.size < 12) {
      const one = sequence(prompt(1 + random(50), 97 + random(3)), {
        priority: random(3),
        salt: random(9) ? '' : 'x',
      });
      open.add(one);
      scheduler.add(one);
    }
    step();
    for (const one of open) {
      if (one.sampled < 12 && random(40) > 0) continue;
      scheduler.remove(one);
      open.delete(one);
    }
    for (const one of scheduler.running) {
      assert.deepEqual([...runtime.held(one.slot as number)], [...one.tokens.subarray(0, one.computed)]);
    }
  }
  for (const one of open) scheduler.remove(one);
  assert.equal(scheduler.running.length, 0);
  assert.equal(scheduler.waiting, 0);
});
