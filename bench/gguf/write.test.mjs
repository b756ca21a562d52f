import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeModel } from '../../packages/parley/src/engine/llama/gguf/describe.ts';
import { toHalf } from './random.mjs';
import { makeVocabulary } from './vocabulary.mjs';
import { writeGguf } from './write.mjs';

const folder = mkdtempSync(join(tmpdir(), 'parley-gguf-'));
after(() => rmSync(folder, { recursive: true }));

const SHAPE = {
  width: 64,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headWidth: 16,
  feedForward: 96,
  vocabulary: 600,
  context: 128,
};

for (const type of ['F32', 'F16', 'Q8_0', 'Q4_0']) {
  test(`a ${type} file is what it was asked to be, byte for byte the same again`, () => {
    const [first, second] = ['a', 'b'].map((name) => join(folder, `${type}-${name}.gguf`));
    const weights = writeGguf(first, { name: 'random', shape: SHAPE, type });
    writeGguf(second, { name: 'random', shape: SHAPE, type });
    assert.deepEqual(readFileSync(first), readFileSync(second));
    const description = describeModel(first);
    assert.equal(description.architecture, 'llama');
    assert.equal(description.name, 'random');
    assert.equal(description.quantization, type);
    assert.equal(description.contextLength, 128);
    assert.equal(description.vocabularySize, 600);
    assert.equal(description.parameterCount, weights);
    assert.equal(description.chatTemplates.size, 1);
  });
}

test('another seed gives other weights, and a file can be without a template', () => {
  const [one, two] = [1, 2].map((seed) => {
    const path = join(folder, `seed-${seed}.gguf`);
    writeGguf(path, { name: 'random', shape: SHAPE, type: 'Q8_0', seed, template: null });
    return path;
  });
  assert.notDeepEqual(readFileSync(one), readFileSync(two));
  assert.equal(describeModel(one).chatTemplates.size, 0);
});

test('the vocabulary has its size, no token twice, and every merge makes a token', () => {
  for (const size of [300, 4096, 20_000]) {
    const { tokens, types, merges, ids } = makeVocabulary(size);
    assert.equal(tokens.length, size);
    assert.equal(types.length, size);
    assert.equal(new Set(tokens).size, size);
    const known = new Set(tokens);
    for (const merge of merges) assert.ok(known.has(merge.replace(' ', '')), merge);
    assert.equal(tokens[ids.get('<|im_end|>')], '<|im_end|>');
  }
  assert.ok(makeVocabulary(4096).tokens.includes('Ġsentence'));
  assert.throws(() => makeVocabulary(100), RangeError);
});

test('half precision', () => {
  const pairs = [
    [0, 0],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [1e9, 0x7c00],
    [2 ** -24, 1],
    [2 ** -14, 0x0400],
    [1 / 3, 0x3555],
  ];
  for (const [value, bits] of pairs) assert.equal(toHalf(value), bits, String(value));
});
