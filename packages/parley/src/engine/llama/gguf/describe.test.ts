import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { QUANTIZED_MODEL, withFolder } from '../shipped-model.ts';
import type { GgufParts } from './build-gguf.ts';
import { buildGguf, string, textEntry, uint32, uint64 } from './build-gguf.ts';
import { describeModel } from './describe.ts';

test('describes the shipped model', () => {
  const { chatTemplates, sizeBytes, path: file, ...rest } = describeModel(QUANTIZED_MODEL);
  assert.equal(file, QUANTIZED_MODEL);
  assert.equal(sizeBytes, readFileSync(QUANTIZED_MODEL).length);
  assert.match(chatTemplates.get('default') ?? '', /im_start/);
  assert.equal(rest.architecture, 'llama');
  assert.equal(rest.contextLength, 512);
  assert.equal(rest.blockCount, 5);
  assert.equal(rest.embeddingLength, 192);
  assert.equal(rest.headCount, 3);
  assert.equal(rest.vocabularySize, 4096);
  assert.equal(rest.quantization, 'Q8_0');
  assert.equal(rest.tokenizerModel, 'gpt2');
  assert.ok(rest.parameterCount > 2.9e6 && rest.parameterCount < 3.1e6);
});

const architecture = textEntry('general.architecture', 'llama');
const tensor = { name: 'a', dimensions: [32], type: 0, offset: 0 };

test('reads named templates, arrays and version 2', () =>
  withFolder((folder) => {
    const file = path.join(folder, 'a.gguf');
    writeFileSync(
      file,
      buildGguf({
        version: 2,
        entries: [
          architecture,
          textEntry('tokenizer.chat_template', 'plain'),
          textEntry('tokenizer.chat_template.tool_use', 'tools'),
          ['tokenizer.ggml.tokens', 9, Buffer.concat([uint32(8), uint64(2), string('a'), string('bc')])],
          ['long', 9, Buffer.concat([uint32(4), uint64(5000), Buffer.alloc(20_000)])],
          ['llama.context_length', 10, uint64(131_072)],
        ],
        tensors: [tensor, { ...tensor, name: 'b', dimensions: [32, 3], type: 8, offset: 128 }],
        data: 128 + 102,
      }),
    );
    const found = describeModel(file);
    assert.deepEqual(
      [...found.chatTemplates],
      [
        ['default', 'plain'],
        ['tool_use', 'tools'],
      ],
    );
    assert.equal(found.vocabularySize, 2);
    assert.equal(found.contextLength, 131_072);
    assert.equal(found.parameterCount, 128);
    assert.equal(found.quantization, 'Q8_0');
  }));

describe('bad files are named with what is wrong', () => {
  const hostile: [string, GgufParts, RegExp][] = [
    ['magic', { magic: 'GGML' }, /no GGUF file, it begins with "GGML"/],
    ['version', { version: 9 }, /GGUF version 9/],
    ['big-endian', { version: 0x03000000 }, /big-endian/],
    ['no architecture', { entries: [] }, /does not say its architecture/],
    ['key count', { entryCount: 2n ** 40n }, /claims 1099511627776 metadata keys/],
    ['absurd key count', { entryCount: 2n ** 63n }, /metadata count is absurd/],
    ['tensor count', { tensorCount: 2 ** 40 }, /claims 1099511627776 tensors/],
    ['string length', { entries: [['k', 8, uint64(2 ** 40)]] }, /truncated: metadata 'k' needs/],
    ['long string', { entries: [textEntry('k', 'x'.repeat(2 ** 20 + 1))] }, /at most 1048576/],
    ['value type', { entries: [['k', 77, Buffer.alloc(8)]] }, /unknown type 77/],
    [
      'array length',
      { entries: [['k', 9, Buffer.concat([uint32(4), uint64(2 ** 36)])]] },
      /claims 68719476736/,
    ],
    ['array of arrays', { entries: [['k', 9, Buffer.concat([uint32(9), uint64(1)])]] }, /array of arrays/],
    ['twice', { entries: [architecture, architecture] }, /occurs twice/],
    ['alignment', { entries: [architecture, ['general.alignment', 4, uint32(33)]] }, /no power of two/],
    ['dimensions', { tensors: [{ ...tensor, dimensions: [1, 1, 1, 1, 1] }] }, /5 dimensions/],
    ['overflow', { tensors: [{ ...tensor, dimensions: [2 ** 40, 2 ** 40] }] }, /absurd dimensions/],
    ['empty tensor', { tensors: [{ ...tensor, dimensions: [0] }] }, /absurd dimensions/],
    ['blocks', { tensors: [{ ...tensor, dimensions: [33], type: 8 }], data: 64 }, /no blocks of 32/],
    ['offset', { tensors: [{ ...tensor, offset: 8 }], data: 256 }, /no multiple of 32/],
    ['data', { tensors: [tensor], data: 127 }, /truncated: tensor 'a' ends at byte/],
    ['split', { entries: [architecture, ['split.count', 2, Buffer.from([3, 0])]] }, /-00001-of-00003/],
  ];
  for (const [name, parts, message] of hostile) {
    test(name, () =>
      withFolder((folder) => {
        const file = path.join(folder, 'bad.gguf');
        writeFileSync(file, buildGguf(parts));
        assert.throws(() => describeModel(file), message);
        assert.throws(() => describeModel(file), { message: /bad\.gguf cannot be used as a model/ });
      }),
    );
  }

  test('missing, directory, empty', () =>
    withFolder((folder) => {
      assert.throws(() => describeModel(path.join(folder, 'none.gguf')), /there is no such file/);
      assert.throws(() => describeModel(folder), /it is a directory/);
      writeFileSync(path.join(folder, 'empty.gguf'), '');
      assert.throws(() => describeModel(path.join(folder, 'empty.gguf')), /it is empty/);
    }));

  test('the shipped model cut anywhere', () =>
    withFolder((folder) => {
      const whole = readFileSync(QUANTIZED_MODEL);
      const file = path.join(folder, 'cut.gguf');
      const cuts = Array.from({ length: 60 }, (_, i) => Math.floor(((i + 0.5) / 60) * whole.length));
      for (const length of [1, 4, 8, 20, 24, 40, 1000, ...cuts, whole.length - 1]) {
        writeFileSync(file, whole.subarray(0, length));
        assert.throws(() => describeModel(file), /truncated|no GGUF file|claims/, `${length} bytes`);
      }
    }));

  test('bytes changed anywhere in the header are an Error or a description', () =>
    withFolder((folder) => {
      const whole = readFileSync(QUANTIZED_MODEL);
      const file = path.join(folder, 'changed.gguf');
      let refused = 0;
      for (let i = 0; i < 300; i++) {
        const changed = Buffer.from(whole);
        changed[(i * 7919) % 3000] = (i * 37) & 255;
        writeFileSync(file, changed);
        try {
          describeModel(file);
        } catch (error) {
          assert.match(String(error), /changed\.gguf cannot be used as a model/);
          refused++;
        }
      }
      assert.ok(refused > 10);
    }));
});
