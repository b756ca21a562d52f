import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Runtime, Tokenizer } from '../runtime.ts';
import type { LlamaOptions } from './options.ts';
import { LlamaRuntime } from './runtime.ts';
import type { Reference } from './shipped-model.ts';
import { EXACT_MODEL, QUANTIZED_MODEL, references } from './shipped-model.ts';
import { loadTokenizer } from './tokenizer.ts';

type Row = readonly [token: number, position: number, sequence: number, output: 0 | 1];

function decode(runtime: Runtime, rows: readonly Row[]): void {
  const { batch } = runtime;
  rows.forEach(([token, position, sequence, output], i) => {
    batch.tokens[i] = token;
    batch.positions[i] = position;
    batch.sequences[i] = sequence;
    batch.outputs[i] = output;
  });
  batch.length = rows.length;
  runtime.decode();
}

function prefill(runtime: Runtime, ids: readonly number[], sequence: number, from = 0): Float32Array {
  decode(
    runtime,
    ids.slice(from).map((id, i) => [id, from + i, sequence, from + i === ids.length - 1 ? 1 : 0]),
  );
  return runtime.logits(0).slice();
}

function probabilities(logits: Float32Array): number[] {
  const max = logits.reduce((best, value) => Math.max(best, value), -Infinity);
  const exponents = Array.from(logits, (value) => Math.exp(value - max));
  const sum = exponents.reduce((total, value) => total + value, 0);
  return exponents.map((value) => value / sum);
}

function best(logits: Float32Array): number {
  return logits.indexOf(logits.reduce((most, value) => Math.max(most, value), -Infinity));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

function greedy(runtime: Runtime, { ids, greedy: expected }: Reference): number[] {
  let logits = prefill(runtime, ids, 0);
  const out: number[] = [];
  while (out.length < Math.max(expected.length, 1)) {
    const token = best(logits);
    if (runtime.vocabulary.endOfGeneration.has(token)) break;
    out.push(token);
    decode(runtime, [[token, ids.length + out.length - 1, 0, 1]]);
    logits = runtime.logits(0).slice();
  }
  runtime.truncate(0, 0);
  return out;
}

async function withRuntime(
  options: Partial<LlamaOptions>,
  use: (runtime: LlamaRuntime) => Promise<void> | void,
): Promise<void> {
  const runtime = await LlamaRuntime.load({
    modelPath: QUANTIZED_MODEL,
    sequences: 4,
    threads: 1,
    ...options,
  });
  try {
    await use(runtime);
  } finally {
    runtime.close();
  }
}

describe('agreement with torch', () => {
  // The quantised weights are rounded to 8 bits: their probabilities differ by up to two hundredths.
  for (const [modelPath, tolerance] of [
    [EXACT_MODEL, 0.0005],
    [QUANTIZED_MODEL, 0.02],
  ] as const) {
    test(`top-5 probabilities within ${tolerance}: ${modelPath.split('/').at(-1)}`, () =>
      withRuntime({ modelPath }, (runtime) => {
        for (const { ids, top } of references()) {
          const found = probabilities(prefill(runtime, ids, 0));
          assert.equal(top.length, 5);
          for (const [id, probability] of top) {
            assert.ok(
              Math.abs(found[id]! - probability) < tolerance,
              `${id}: ${found[id]} and ${probability}`,
            );
          }
          runtime.truncate(0, 0);
        }
      }));
  }

  test('greedy continuations of the exact weights', () =>
    withRuntime({ modelPath: EXACT_MODEL }, (runtime) => {
      for (const reference of references()) assert.deepEqual(greedy(runtime, reference), reference.greedy);
    }));

  test('greedy continuations do not depend on a neighbour in the batch', () =>
    withRuntime({ modelPath: EXACT_MODEL }, (runtime) => {
      const [first, , , second] = references();
      prefill(runtime, first!.ids, 1);
      assert.deepEqual(greedy(runtime, second!), second!.greedy);
    }));
});

for (const unified of [false, true]) {
  describe(`sequences, ${unified ? 'one pool of cells' : 'cells of their own'}`, () => {
    const ids = references()[4]!.ids;

    test('a copied prefix continues with identical logits', () =>
      withRuntime({ unified }, (runtime) => {
        prefill(runtime, ids, 0);
        for (const length of [ids.length - 1, 20, 1]) {
          runtime.copyPrefix(0, 2, length);
          runtime.copyPrefix(2, 1, length);
          runtime.truncate(0, length);
          const own = prefill(runtime, ids, 0, length);
          assert.equal(largestDifference(prefill(runtime, ids, 2, length), own), 0);
          assert.equal(largestDifference(prefill(runtime, ids, 1, length), own), 0);
        }
        runtime.copyPrefix(0, 1, ids.length);
        runtime.copyPrefix(1, 3, ids.length);
        decode(
          runtime,
          [0, 1, 3].map((sequence): Row => [4089, ids.length, sequence, 1]),
        );
        const rows = [0, 1, 2].map((row) => runtime.logits(row).slice());
        assert.equal(largestDifference(rows[0]!, rows[1]!), 0);
        assert.equal(largestDifference(rows[0]!, rows[2]!), 0);
      }));

    test('copies are independent of their source', () =>
      withRuntime({ unified }, (runtime) => {
        prefill(runtime, ids, 0);
        runtime.copyPrefix(0, 1, ids.length - 1);
        runtime.copyPrefix(0, 2, ids.length - 1);
        const beside = prefill(runtime, ids, 2, ids.length - 1);
        runtime.truncate(0, 0);
        prefill(runtime, references()[2]!.ids, 0);
        assert.equal(largestDifference(prefill(runtime, ids, 1, ids.length - 1), beside), 0);
      }));

    test('a truncated sequence goes on where it was cut', () =>
      withRuntime({ unified }, (runtime) => {
        const fresh = prefill(runtime, ids, 0);
        decode(runtime, [[7, ids.length, 0, 0]]);
        runtime.truncate(0, 12);
        assert.throws(() => decode(runtime, [[7, 13, 0, 1]]), /goes on at 12/);
        assert.equal(largestDifference(prefill(runtime, ids, 0, 12), fresh), 0);
        runtime.copyPrefix(0, 0, 5);
        assert.throws(() => runtime.truncate(0, 6), /holds 5 tokens/);
        runtime.copyPrefix(1, 0, 0);
        assert.equal(largestDifference(prefill(runtime, ids, 0), fresh), 0);
      }));

    test('every sequence holds the whole context, and no token more', () =>
      withRuntime({ unified, contextLength: 100, sequences: 3 }, (runtime) => {
        for (const sequence of [0, 1, 2]) {
          decode(
            runtime,
            Array.from({ length: 100 }, (_, i): Row => [i, i, sequence, i === 99 ? 1 : 0]),
          );
        }
        assert.throws(() => decode(runtime, [[1, 100, 1, 1]]), /full at 100/);
      }));
  });
}

test('a bad batch is refused and changes nothing', () =>
  withRuntime({ batchLimit: 8, outputLimit: 2 }, (runtime) => {
    const size = runtime.vocabulary.size;
    const bad: [readonly Row[], RegExp][] = [
      [[], /batch of 0 rows/],
      [[[size, 0, 0, 1]], /token 4096/],
      [[[-1, 0, 0, 1]], /token -1/],
      [[[1, 0, 4, 1]], /sequence 4/],
      [[[1, 0, -1, 1]], /sequence -1/],
      [[[1, 1, 0, 1]], /position 1/],
      [
        [
          [1, 0, 0, 1],
          [1, 2, 0, 1],
        ],
        /position 2/,
      ],
      [
        [
          [1, 0, 0, 1],
          [1, 0, 1, 1],
          [1, 0, 2, 1],
        ],
        /3 rows of logits/,
      ],
    ];
    for (const [rows, message] of bad) assert.throws(() => decode(runtime, rows), message);
    runtime.batch.length = 9;
    assert.throws(() => runtime.decode(), /batch of 9 rows/);
    decode(runtime, [
      [1, 0, 0, 1],
      [1, 0, 1, 1],
    ]);
    assert.equal(runtime.logits(1).length, size);
    assert.throws(() => runtime.logits(2), /wanted 2/);
    assert.throws(() => runtime.copyPrefix(0, 7, 0), /Sequence 7/);
    assert.throws(() => runtime.copyPrefix(0, 1, 2), /holds 1 tokens/);
    assert.throws(() => runtime.truncate(0, -1), /no first -1/);
  }));

test('more sequences than rows of a batch', () =>
  withRuntime({ sequences: 16, batchLimit: 2 }, (runtime) => {
    for (let sequence = 0; sequence < 16; sequence++)
      decode(runtime, [
        [1, 0, sequence, 1],
        [2, 1, sequence, 1],
      ]);
    assert.equal(runtime.outputLimit, 2);
  }));

test('options outside their range are refused with the range', async () => {
  const cases: [Partial<LlamaOptions>, RegExp][] = [
    [{ contextLength: 513 }, /contextLength must be a whole number in 1\.\.512, not 513/],
    [{ sequences: 0 }, /sequences must be/],
    [{ sequences: 257 }, /1\.\.256/],
    [{ threads: 0 }, /threads must be/],
    [{ batchLimit: 1.5 }, /batchLimit must be/],
    [{ outputLimit: 513 }, /outputLimit must be/],
    [{ threadpool: { poll: 101 } }, /poll must be/],
  ];
  for (const [options, message] of cases)
    await assert.rejects(
      withRuntime(options, () => {}),
      message,
    );
});

test('a thread pool of its own gives the same logits', async () => {
  const ids = references()[0]!.ids;
  let plain: Float32Array = new Float32Array();
  await withRuntime({ threads: 2 }, (runtime) => {
    plain = prefill(runtime, ids, 0);
  });
  await withRuntime({ threads: 2, threadpool: { poll: 0 } }, (runtime) => {
    assert.equal(largestDifference(prefill(runtime, ids, 0), plain), 0);
  });
});

test('loading reports progress up to the end', () => {
  const seen: number[] = [];
  return withRuntime({ onProgress: (fraction) => seen.push(fraction) }, () => {
    assert.equal(seen.at(-1), 1);
  });
});

test('a closed runtime refuses to work and closes once', async () => {
  await withRuntime({}, (runtime) => {
    runtime.close();
    assert.throws(() => runtime.decode(), /closed/);
    assert.throws(() => runtime.truncate(0, 0), /closed/);
  });
});

test('fifty loads leave no memory behind', async () => {
  const ids = references()[0]!.ids;
  const load = async (): Promise<void> => {
    const tokenizer: Tokenizer = await loadTokenizer(QUANTIZED_MODEL);
    tokenizer.tokenize('hello', { special: false, addBos: false });
    tokenizer.close();
    await withRuntime(
      { onProgress: () => {}, threadpool: { poll: 0 } },
      (runtime) => void prefill(runtime, ids, 0),
    );
  };
  for (let i = 0; i < 10; i++) await load();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 50; i++) await load();
  const grownMebibytes = (process.memoryUsage.rss() - before) / 2 ** 20;
  // One model with its context is about 15 MiB, so a leak of each would show as 750;
  // the JavaScript heap and the allocator move by some tens.
  assert.ok(grownMebibytes < 150, `grew by ${grownMebibytes.toFixed(0)} MiB`);
});
