/** Requests of every kind, cancelled and failed at random: each must come out as if it had run alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request, setUp, type Wish } from './engine.fixture.ts';
import { badWordsOf } from './sampler/sampling.fixture.ts';
import { ToyVocabulary } from './toy/vocabulary.ts';

const CONTEXT = 64;
const STEPS = 1_500;

type World = ReturnType<typeof setUp>;
type Draw = (below: number) => number;

function drawsFrom(seed: number): Draw {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Some of them fail while they are sampled, some when they are admitted. */
const SAMPLING: readonly Wish['sampling'][] = [
  {},
  { ignoreEos: true },
  { temperature: 1, ignoreEos: true, logprobs: 2 },
  { temperature: 1, repetitionPenalty: 1.3, topP: 0.8 },
  { stopTokenIds: [101, 32], minTokens: 3 },
  { allowedTokenIds: [97], badWords: badWordsOf(['aa'], new ToyVocabulary()) },
  { badWords: badWordsOf(['th', 'e', 'xy'], new ToyVocabulary()), temperature: 1 },
  { logitBias: [[260, 1]] },
];

function randomWish(draw: Draw): Wish {
  const letters = 'abcdefghijklmnopqrstuvwxyz'.repeat(3).slice(draw(3));
  return {
    prompt: letters.slice(0, 1 + draw(60)) + 'XYZ'.slice(0, draw(4)),
    sampling: { ...SAMPLING[draw(SAMPLING.length)] },
    text: draw(3) ? {} : { stop: ['e', ' th'.slice(0, 1 + draw(3))], includeStop: draw(2) === 0 },
    maxTokens: 1 + draw(30),
    n: 1 + draw(4),
    seed: BigInt(draw(3)),
    priority: draw(3),
    salt: draw(5) ? '' : 'x',
  };
}

/** Texts, ends and usage of a request; every sampled token has to be accounted for. */
function outcome({ updates, doneOf }: World, id: number): unknown {
  const own = updates.filter((update) => update.request === id);
  const failed = own.find((update) => update.kind === 'failed');
  if (failed) return failed.error.param;
  const texts = new Map<number, string>();
  let counted = 0;
  const ends: unknown[] = [];
  for (const update of own) {
    if (update.kind !== 'text' && update.kind !== 'end') continue;
    counted += update.tokenCount;
    const before = texts.get(update.choice) ?? '';
    if (update.kind === 'text') texts.set(update.choice, before + update.text);
    else ends[update.choice] = [before, update.reason, update.stop];
  }
  const usage = doneOf(id)?.usage;
  assert.equal(counted, usage?.completionTokens);
  return [ends, usage?.promptTokens, usage?.completionTokens];
}

function alone(wish: Wish): unknown {
  const world = setUp({ contextLength: CONTEXT });
  const one = request(wish);
  world.engine.add(one);
  world.finish();
  return outcome(world, one.id);
}

for (const partialPrefix of [true, false]) {
  for (const seed of [1, 2, 3, 4]) {
    test(`seed ${seed}, prefixes ${partialPrefix ? 'in part' : 'as a whole'}`, () => {
      const draw = drawsFrom(seed);
      const parallel = 2 + draw(4);
      let failing = false;
      const runtime = {
        contextLength: CONTEXT,
        sequenceLimit: parallel + draw(4),
        batchLimit: parallel + draw(20),
        partialPrefix,
        onDecode: () => {
          if (failing) throw new Error('boom');
        },
      };
      const world = setUp(runtime, parallel);
      const open = new Map<number, Wish>();
      let compared = 0;
      for (let step = 0; step < STEPS; step++) {
        if (open.size < 10 && draw(3) === 0) {
          const wish = randomWish(draw);
          const one = request(wish);
          world.engine.add(one);
          open.set(one.id, wish);
        }
        failing = draw(200) === 0;
        const [told, errors] = [world.updates.length, world.errors.length];
        world.engine.step();
        for (const update of world.updates.slice(told)) {
          if (update.kind !== 'done' && update.kind !== 'failed') continue;
          const wish = open.get(update.request);
          assert.ok(wish);
          open.delete(update.request);
          if (world.errors.length > errors && update.kind === 'failed') continue;
          assert.deepEqual(outcome(world, update.request), alone(wish));
          compared++;
        }
        if (open.size === 0 || draw(30) > 0) continue;
        const [id] = [...open.keys()].slice(draw(open.size));
        world.engine.cancel(id);
        open.delete(id);
      }
      failing = false;
      world.finish();
      assert.ok(compared > 50, `${compared} compared`);
      assert.ok(world.errors.every((error) => String(error) === 'Error: boom'));
      const { running, waiting, cellsUsed } = world.engine.stats();
      assert.deepEqual([running, waiting, cellsUsed], [0, 0, 0]);
    });
  }
}
