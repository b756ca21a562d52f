import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelDescription } from './llama/gguf/describe.ts';
import { describeModel } from './llama/gguf/describe.ts';
import { QUANTIZED_MODEL } from './llama/shipped-model.ts';
import { chooseSize } from './sizing.ts';

const tiny = describeModel(QUANTIZED_MODEL);
/** The shape of a 0.6 B model whose heads are wider than its embedding divided by their number. */
const wide: ModelDescription = {
  ...tiny,
  contextLength: 40_960,
  blockCount: 28,
  embeddingLength: 1024,
  headCount: 16,
  headCountKv: 8,
  keyLength: 128,
  valueLength: 128,
};

test('a small model gets all places, and some for prefixes', () => {
  assert.deepEqual(chooseSize(tiny, {}), { contextLength: 512, parallel: 16, slots: 20 });
});

test('defaults stay within the memory bounds, by the true width of the heads', () => {
  const cellBytes = 28 * 8 * (128 + 128) * 2;
  const { contextLength, parallel, slots } = chooseSize(wide, {});
  assert.equal(contextLength, 4096);
  assert.equal(parallel, Math.floor(2 ** 31 / (4096 * cellBytes)));
  assert.equal(slots - parallel, Math.min(4, Math.floor(2 ** 30 / (4096 * cellBytes))));
});

test('there are never more places than llama.cpp has sequences', () => {
  assert.equal(chooseSize(tiny, { parallel: 254 }).slots, 256);
  assert.equal(chooseSize(tiny, { parallel: 256 }).slots, 256);
});

test('wishes are taken literally', () => {
  const { contextLength, parallel } = chooseSize(wide, { contextLength: 100_000, parallel: 3 });
  assert.deepEqual([contextLength, parallel], [100_000, 3]);
});
