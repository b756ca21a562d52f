/** What drafts rely on: rows of one sequence in one batch give the logits of rows that come one by one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenId } from '../runtime.ts';
import { LlamaRuntime } from './runtime.ts';
import { QUANTIZED_MODEL } from './shipped-model.ts';

function load(flashAttention: 'on' | 'off'): Promise<LlamaRuntime> {
  const model = { modelPath: QUANTIZED_MODEL, gpuLayers: 0, contextLength: 256 };
  return LlamaRuntime.load({ ...model, sequences: 2, threads: 1, flashAttention });
}

function feed(runtime: LlamaRuntime, sequence: number, tokens: readonly TokenId[], start: number) {
  const { batch } = runtime;
  tokens.forEach((token, i) => {
    batch.tokens[i] = token;
    batch.positions[i] = start + i;
    batch.sequences[i] = sequence;
    batch.outputs[i] = 1;
  });
  batch.length = tokens.length;
  runtime.decode();
  return tokens.map((_, i) => runtime.logits(i).slice());
}

test('with flash attention, also behind rows that were dropped', async () => {
  const runtime = await load('on');
  assert.equal(runtime.noDrafts, undefined);
  const tokens = runtime.tokenizeText('Once upon a time there was a fox and a hen. They lived near');
  const { length } = tokens;
  const alone: Float32Array[] = [];
  let logits = feed(runtime, 0, tokens, 0).at(-1);
  while (tokens.length < 200 && logits) {
    tokens.push(logits.indexOf(Math.max(...logits)));
    [logits] = feed(runtime, 0, tokens.slice(-1), tokens.length - 1);
    if (logits) alone.push(logits);
  }
  for (const rows of [2, 5, 8, 16]) {
    runtime.truncate(1, 0);
    feed(runtime, 1, tokens.slice(0, length), 0);
    for (let at = length; at < tokens.length; at += rows) {
      feed(runtime, 1, [7, 8, 9], at);
      runtime.truncate(1, at);
      for (const [i, row] of feed(runtime, 1, tokens.slice(at, at + rows), at).entries()) {
        assert.deepEqual(row, alone[at - length + i], `row ${i} of ${rows} at ${at}`);
      }
    }
  }
  runtime.close();
});

test('without flash attention it says why not', async () => {
  const runtime = await load('off');
  assert.match(runtime.noDrafts ?? '', /flash attention/);
  runtime.close();
});
