import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantizationOf } from './quantization.ts';
import { parseHubReference } from './reference.ts';
import { groupModels, selectModel } from './select.ts';

const select = (paths: string[], reference: string) =>
  selectModel(
    groupModels(paths.map((path) => ({ path, sizeBytes: 1, sha256: undefined }))),
    parseHubReference(reference),
  ).path;

const QUANTS = [
  'm-Q2_K.gguf',
  'm-Q4_K_M.gguf',
  'm-Q8_0.gguf',
  'm-F16.gguf',
  'mmproj-m-F16.gguf',
  'readme.md',
];

test('the quantization in file names', () => {
  const cases: [string, string | undefined][] = [
    ['qwen2.5-0.5b-instruct-q4_k_m.gguf', 'Q4_K_M'],
    ['Model.Q8_0.gguf', 'Q8_0'],
    ['model-IQ4_XS.gguf', 'IQ4_XS'],
    ['m-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
    ['model-fp16.gguf', 'F16'],
    ['model-BF16-00001-of-00003.gguf', 'BF16'],
    ['Q4_0/model-00001-of-00002.gguf', 'Q4_0'],
    ['gpt-mxfp4.gguf', 'MXFP4'],
    ['model.gguf', undefined],
    ['seq2seq.gguf', undefined],
  ];
  for (const [path, quantization] of cases) assert.equal(quantizationOf(path), quantization, path);
});

test('without a wish the usual sizes are taken in order', () => {
  assert.equal(select(QUANTS, 'hf:o/r'), 'm-Q4_K_M.gguf');
  assert.equal(select(['m-F16.gguf', 'm-Q8_0.gguf'], 'hf:o/r'), 'm-Q8_0.gguf');
  assert.equal(select(['m-F16.gguf', 'm-Q4_0.gguf'], 'hf:o/r'), 'm-Q4_0.gguf');
  assert.equal(select(['odd.gguf'], 'hf:o/r'), 'odd.gguf');
});

test('a wish is a path, a file name or a quantization, in any case', () => {
  assert.equal(select(QUANTS, 'hf:o/r:q8_0'), 'm-Q8_0.gguf');
  assert.equal(select(QUANTS, 'hf:o/r:m-F16.gguf'), 'm-F16.gguf');
  assert.equal(select(QUANTS, 'o/r:M-f16'), 'm-F16.gguf');
  assert.equal(select(['a/m-Q4_0.gguf', 'b/n-Q4_0.gguf'], 'hf:o/r:b/n-Q4_0.gguf'), 'b/n-Q4_0.gguf');
  assert.equal(
    select(['m-Q4_0-00002-of-00002.gguf', 'm-Q4_0-00001-of-00002.gguf'], 'hf:o/r:Q4_0'),
    'm-Q4_0-00001-of-00002.gguf',
  );
});

test('what is not clear is listed', () => {
  const cases: [string[], string, RegExp][] = [
    [
      ['m-Q2_K.gguf', 'm-Q3_K.gguf'],
      'hf:o/r',
      /can mean several files\. Choose one of:\n {2}hf:o\/r:Q2_K\n {2}hf:o\/r:Q3_K$/,
    ],
    [QUANTS, 'hf:o/r:Q5_0', /has nothing called 'Q5_0'\. Choose one of:\n {2}hf:o\/r:Q2_K/],
    [
      ['a-Q4_0.gguf', 'b-Q4_0.gguf'],
      'hf:o/r',
      /several files\. Choose one of:\n {2}hf:o\/r:a-Q4_0\.gguf\n {2}hf:o\/r:b-Q4_0\.gguf$/,
    ],
    [['mmproj-F16.gguf', 'x.safetensors'], 'hf:o/r', /holds no GGUF model file/],
    [['m-Q4_0-00001-of-00003.gguf', 'm-Q4_0-00003-of-00003.gguf'], 'hf:o/r', /Some parts of .* are missing/],
  ];
  for (const [paths, reference, message] of cases) {
    assert.throws(() => select(paths, reference), { message }, reference);
  }
});

test('references', () => {
  assert.deepEqual(parseHubReference('hf:Qwen/Qwen2.5-0.5B-GGUF:Q4_K_M'), {
    repository: 'Qwen/Qwen2.5-0.5B-GGUF',
    selector: 'Q4_K_M',
  });
  for (const text of [
    'hf:',
    'hf:a',
    'hf:a/b/c',
    'hf:a/..',
    'hf:./b',
    'hf:a/b:',
    'hf:a/b:../c',
    'hf:a/b:/c',
    'hf:a b/c',
    'hf:a/b?x',
  ]) {
    assert.throws(() => parseHubReference(text), { code: 'usage' }, text);
  }
});
