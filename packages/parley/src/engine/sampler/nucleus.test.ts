import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNucleus } from './nucleus.ts';
import { Random } from './random.ts';
import { logitsOf } from './sampling.fixture.ts';
import { SamplerWorkspace } from './workspace.ts';

const SIZE = 30_000;
const STRIDE = 29;

/** Ids of the nucleus, ascending. */
function nucleusOf(
  logits: Float32Array,
  temperature: number,
  share: number,
): { kind: string; ids: number[] } {
  const workspace = new SamplerWorkspace(logits.length);
  workspace.load(logits);
  const found = findNucleus(workspace, workspace.maximum(), temperature, share);
  const isIn = (logit: number, place: number) =>
    logit > found.value || (logit === found.value && place <= found.last);
  if (found.kind === 'from') {
    const ids = [...logits.keys()].filter((i) => isIn(logits[i]!, i));
    const weight = ids.reduce((sum, i) => sum + workspace.weights[i]!, 0);
    const inBlocks = workspace.blockSums.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(found.total / weight - 1) < 1e-5 && Math.abs(inBlocks / weight - 1) < 1e-5);
    return { kind: found.kind, ids };
  }
  const places = Array.from({ length: found.count }, (_, i) => i);
  const ids = places.filter((i) => isIn(workspace.values[i]!, i)).map((i) => workspace.ids[i]!);
  return { kind: found.kind, ids };
}

/** The share of the whole that the ids reach, with and without the least of them. */
function sharesOf(logits: Float32Array, temperature: number, ids: readonly number[]): [number, number] {
  const weights = Float64Array.from(logits, (x) => Math.exp(x / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  const mass = ids.reduce((sum, i) => sum + weights[i]!, 0);
  const least = Math.min(...ids.map((i) => weights[i]!));
  return [mass / total, (mass - least) / total];
}

const ROWS: Record<string, (logit: number, i: number) => number> = {
  'bell-shaped, narrow': (logit) => logit * 4,
  'bell-shaped, wide': (logit) => logit * 2.5,
  'almost flat': (logit) => logit * 0.05,
  'half of it impossible': (logit, i) => (i % 2 ? logit : -Infinity),
  'few different values': (logit) => Math.round(logit),
  'greater where the guess does not look': (logit, i) => (i % STRIDE === 0 ? logit - 6 : logit * 0.3),
  'smaller where the guess does not look': (logit, i) => (i % STRIDE === 0 ? logit * 0.3 : logit - 1.5),
  'impossible wherever the guess looks': (logit, i) => (i % STRIDE === 0 ? -Infinity : logit),
};

for (const [name, shape] of Object.entries(ROWS)) {
  test(`the nucleus is the shortest prefix of the order that reaches its share: ${name}`, () => {
    const logits = logitsOf(SIZE, 1, new Random(4n)).map(shape);
    const order = [...logits.keys()].filter((i) => logits[i]! > -Infinity);
    order.sort((a, b) => logits[b]! - logits[a]! || a - b);
    for (const share of [1e-6, 0.02, 0.3, 0.5, 0.95, 0.999]) {
      for (const temperature of [0.7, 1.5]) {
        const { ids } = nucleusOf(logits, temperature, share);
        assert.deepEqual(
          ids,
          order.slice(0, ids.length).sort((a, b) => a - b),
        );
        const [reached, without] = sharesOf(logits, temperature, ids);
        assert.ok(reached >= share - 1e-6, `${reached} of ${share}`);
        assert.ok(without < share + 1e-6, `${without} would do for ${share}`);
      }
    }
  });
}

test('narrow nuclei are listed, wide ones are cut out of the row', () => {
  const logits = logitsOf(SIZE, 1, new Random(4n));
  assert.equal(nucleusOf(logits, 1, 0.9).kind, 'from');
  logits[5] = 30;
  assert.deepEqual(nucleusOf(logits, 1, 0.9), { kind: 'list', ids: [5] });
});
