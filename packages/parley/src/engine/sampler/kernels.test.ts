import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Random } from './random.ts';
import { logitsOf } from './sampling.fixture.ts';
import { SamplerWorkspace } from './workspace.ts';

test('the committed module is what kernels.wat assembles to', async () => {
  const script = fileURLToPath(new URL('../../../../../scripts/build-kernels.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [script, '--check']);
});

const SIZES = [1, 5, 63, 64, 65, 1000, 4096, 4097];

for (const size of SIZES) {
  test(`maximum, weights and collection agree with plain loops, ${size} tokens`, () => {
    const workspace = new SamplerWorkspace(size);
    const logits = logitsOf(size, 5, new Random(BigInt(size)));
    if (size > 10) logits[7] = -Infinity;
    workspace.load(logits);
    const max = workspace.maximum();
    assert.equal(max, Math.max(...logits));
    for (const temperature of [0.1, 1, 3]) {
      const total = workspace.weigh(max, temperature);
      let expected = 0;
      for (const [i, logit] of logits.entries()) {
        const weight = Math.exp((logit - max) / temperature);
        expected += weight;
        // Values are rounded to 32 bits before the exponential, so the error grows with the exponent.
        const bound = 2e-6 * weight * (1 + Math.abs(logit - max) / temperature / 10) + 1e-37;
        assert.ok(logit === -Infinity || Math.abs(workspace.weights[i]! - weight) <= bound, `${i} ${logit}`);
      }
      assert.ok(Math.abs(total / expected - 1) < 1e-6);
    }
    if (size > 10) assert.equal(workspace.weights[7], 0);
    for (const cut of [-Infinity, 0, 4, max]) {
      const count = workspace.collect(cut);
      const wanted = [...logits.keys()].filter((i) => logits[i]! >= cut && logits[i]! > -Infinity);
      assert.deepEqual([...workspace.ids.subarray(0, count)], wanted);
      assert.deepEqual(
        [...workspace.values.subarray(0, count)],
        wanted.map((i) => logits[i]),
      );
    }
  });

  test(`a mask bans exactly the clear bits, ${size} tokens`, () => {
    const workspace = new SamplerWorkspace(size);
    const random = new Random(3n);
    const logits = logitsOf(size, 1, random);
    const mask = Uint32Array.from({ length: Math.ceil(size / 32) }, (_, i) =>
      i % 3 === 0 ? 0xffffffff : i % 3 === 1 ? random.next32() : 0,
    );
    mask[0] = 0x80000001;
    workspace.load(logits);
    workspace.applyMask(mask);
    const expected = Array.from(logits, (x, i) => ((mask[i >> 5]! >>> (i & 31)) & 1 ? x : -Infinity));
    assert.deepEqual([...workspace.row.subarray(0, size)], expected);
  });
}

test('a NaN anywhere is seen', () => {
  const workspace = new SamplerWorkspace(300);
  for (const place of [0, 63, 64, 255, 299]) {
    const logits = new Float32Array(300);
    logits[place] = NaN;
    workspace.load(logits);
    assert.ok(Number.isNaN(workspace.maximum()));
  }
});

test('rows and masks of a wrong size are refused', () => {
  const workspace = new SamplerWorkspace(100);
  assert.throws(() => workspace.load(new Float32Array(99)), /99 logits for 100 tokens/);
  assert.throws(() => workspace.applyMask(new Uint32Array(3)), /mask/);
  assert.throws(() => new SamplerWorkspace(0), RangeError);
});
