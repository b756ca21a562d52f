import { internalError } from '@parley/protocol/errors';
import type { Vocabulary } from '../runtime.ts';
import { KERNELS } from './kernels.ts';
import { ThresholdSearch } from './threshold.ts';
import { TokenOrders } from './token-orders.ts';

/** Floats in a block, as kernels.wat has it. */
const BLOCK = 64;
const PAGE_BYTES = 65_536;

interface Kernels {
  maxima(row: number, blocks: number, maxima: number): number;
  weigh(row: number, blocks: number, max: number, scale: number, weights: number, sums: number): number;
  collect(
    row: number,
    blocks: number,
    maxima: number,
    cut: number,
    limit: number,
    ids: number,
    values: number,
  ): number;
  above(row: number, blocks: number, maxima: number, cut: number, weights: number, sums: number): number;
  mask(row: number, mask: number, words: number): void;
}

/** A place in the WebAssembly memory: typed arrays here, byte offsets there. */
function carve(memory: WebAssembly.Memory, start: number, floats: number) {
  return {
    floats: new Float32Array(memory.buffer, start, floats),
    integers: new Int32Array(memory.buffer, start, floats),
    at: start,
    end: start + floats * 4,
  };
}

/**
 * Scratch memory and the kernels that run on it, shared by all sequences of one engine thread; allocated once, six
 * floats per token of the vocabulary. What it holds is of use only while one token is sampled.
 */
export class SamplerWorkspace {
  readonly vocabularySize: number;
  readonly blockCount: number;
  /** The logits, as they are being changed; -Infinity behind the vocabulary's end. */
  readonly row: Float32Array;
  /** Greatest logit of each block, as of the last `maximum`. */
  readonly maxima: Float32Array;
  /** What `weigh` computed last. */
  readonly weights: Float32Array;
  readonly blockSums: Float32Array;
  /** What `collect` found: token ids, ascending, and their logits. */
  readonly ids: Int32Array;
  readonly values: Float32Array;
  /** What `weighValues` computed last; the sums of its blocks are not kept. */
  readonly valueWeights: Float32Array;
  /** For orders and permutations of candidates. */
  readonly order: Int32Array;
  readonly search = new ThresholdSearch();
  #tokenOrders: TokenOrders | undefined;
  readonly #maskWords: Int32Array;
  readonly #kernels: Kernels;
  readonly #at: Record<
    'row' | 'maxima' | 'weights' | 'sums' | 'spare' | 'ids' | 'values' | 'valueWeights' | 'mask',
    number
  >;

  constructor(vocabularySize: number) {
    if (!Number.isInteger(vocabularySize) || vocabularySize < 1) {
      throw new RangeError(`A vocabulary has at least one token, not ${vocabularySize}.`);
    }
    this.vocabularySize = vocabularySize;
    const blocks = Math.ceil(vocabularySize / BLOCK);
    this.blockCount = blocks;
    const floats = blocks * BLOCK;
    // Every part starts at a multiple of 16 bytes: blocks are 256 bytes, the small arrays are rounded up.
    const small = Math.ceil(blocks / 4) * 4;
    const bytes = 4 * (6 * floats + 3 * small + 2 * blocks);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
    const row = carve(memory, 0, floats);
    const weights = carve(memory, row.end, floats);
    const ids = carve(memory, weights.end, floats);
    const values = carve(memory, ids.end, floats);
    const valueWeights = carve(memory, values.end, floats);
    const order = carve(memory, valueWeights.end, floats);
    const maxima = carve(memory, order.end, small);
    const sums = carve(memory, maxima.end, small);
    const spare = carve(memory, sums.end, small);
    const mask = carve(memory, spare.end, 2 * blocks);
    this.row = row.floats;
    this.weights = weights.floats;
    this.ids = ids.integers;
    this.values = values.floats;
    this.valueWeights = valueWeights.floats;
    this.order = order.integers;
    this.maxima = maxima.floats.subarray(0, blocks);
    this.blockSums = sums.floats.subarray(0, blocks);
    this.#maskWords = mask.integers;
    this.#at = {
      row: row.at,
      maxima: maxima.at,
      weights: weights.at,
      sums: sums.at,
      spare: spare.at,
      ids: ids.at,
      values: values.at,
      valueWeights: valueWeights.at,
      mask: mask.at,
    };
    this.row.fill(-Infinity);
    const module = new WebAssembly.Module(Buffer.from(KERNELS, 'base64'));
    // The exports are those of kernels.wat, and a test compares the assembled module with that source.
    this.#kernels = new WebAssembly.Instance(module, { sampler: { memory } }).exports as unknown as Kernels;
  }

  /** Made when it is first needed, and kept. `vocabulary`: the engine's, always the same. */
  tokenOrders(vocabulary: Vocabulary): TokenOrders {
    this.#tokenOrders ??= new TokenOrders(vocabulary);
    return this.#tokenOrders;
  }

  /** Copies the logits in. */
  load(logits: Float32Array): void {
    if (logits.length !== this.vocabularySize) {
      throw internalError(`The model gave ${logits.length} logits for ${this.vocabularySize} tokens.`);
    }
    this.row.set(logits);
  }

  /** Greatest value of the row, NaN if one is NaN; also fills `maxima`. */
  maximum(): number {
    return this.#kernels.maxima(this.#at.row, this.blockCount, this.#at.maxima);
  }

  /** `weights[i] = exp((row[i] - max) / temperature)` for the whole row; returns their sum. */
  weigh(max: number, temperature: number): number {
    const at = this.#at;
    const scale = Math.LOG2E / temperature;
    return this.#kernels.weigh(at.row, this.blockCount, max, scale, at.weights, at.sums);
  }

  /** The same for the first `count` of `values`; returns their sum. */
  weighValues(count: number, max: number, temperature: number): number {
    const blocks = Math.ceil(count / BLOCK);
    this.values.fill(-Infinity, count, blocks * BLOCK);
    const at = this.#at;
    return this.#kernels.weigh(at.values, blocks, max, Math.LOG2E / temperature, at.valueWeights, at.spare);
  }

  /**
   * Finds every token whose logit is at least `cut` and less than `limit`; never those at -Infinity.
   * `maximum` must have been called since the last change.
   */
  collect(cut: number, limit = Infinity): number {
    const at = this.#at;
    const lowest = Math.max(cut, -3.4028234663852886e38);
    return this.#kernels.collect(at.row, this.blockCount, at.maxima, lowest, limit, at.ids, at.values);
  }

  /** A logit that at least `limit` tokens reach: each of that many greatest block maxima is one. -Infinity if blocks are few. */
  boundOfBest(limit: number): number {
    return this.search.find(this.maxima, undefined, this.blockCount, limit, this.order)?.value ?? -Infinity;
  }

  /** Sum of the `weights` whose logit is at least `cut`; also fills `blockSums` with them. */
  weightFrom(cut: number): number {
    const at = this.#at;
    return this.#kernels.above(at.row, this.blockCount, at.maxima, cut, at.weights, at.sums);
  }

  /** Bans every token whose bit (i & 31 of word i >> 5) is clear. */
  applyMask(mask: Uint32Array): void {
    const words = Math.ceil(this.vocabularySize / 32);
    if (mask.length < words) {
      throw internalError(`A mask of ${mask.length} words cannot cover ${this.vocabularySize} tokens.`);
    }
    this.#maskWords.set(mask.subarray(0, words));
    this.#kernels.mask(this.#at.row, this.#at.mask, words);
  }
}
