import koffi from 'koffi';
import type { Batch } from '../runtime.ts';
import { createBatch, type NativeBatch } from './batch.ts';
import type { LlamaLibrary, Pointer } from './library.ts';

/** Rows `start` to `start + count` of a batch, all of one sequence. */
export interface Piece {
  readonly start: number;
  readonly count: number;
}

export interface PassesOptions {
  readonly library: LlamaLibrary;
  readonly context: Pointer;
  /** What the engine fills. */
  readonly batch: NativeBatch;
  readonly batchLimit: number;
  readonly outputLimit: number;
  readonly vocabularySize: number;
  readonly flashAttention: boolean;
}

/**
 * Decodes a batch in passes of pieces that do not change each other's logits.
 *
 * Given pieces of several lengths, llama.cpp computes the rows that all of them have in one pass and the rest in others,
 * down to a single row, which other code computes with other last digits: logits would depend on the neighbours. Passes
 * of our own avoid that, and mixed steps were 4 to 11 % faster. Logits of all but the last pass are copied, because the
 * next one overwrites them.
 */
export class Passes {
  readonly #options: PassesOptions;
  readonly #mayBeCut: (piece: Piece) => boolean;
  #pass: NativeBatch | undefined;
  #kept = new Float32Array(0);
  #address = 0n;
  #views: Float32Array[] = [];
  #rows: readonly Float32Array[] = [];

  constructor(options: PassesOptions) {
    this.#options = options;
    this.#mayBeCut = mayBeCut(options.flashAttention);
  }

  /** Logits of the wanted rows of the last batch, in the batch's order; what follows them means nothing. */
  get rows(): readonly Float32Array[] {
    return this.#rows;
  }

  /** Returns what the failing `llama_decode` returned, or 0. */
  run(outputs: number): number {
    this.#rows = [];
    const { batch } = this.#options;
    const groups = piecesInPasses(batch.rows, this.#mayBeCut);
    if (groups.length > 1) return this.#runGroups(groups, outputs);
    const code = this.#decode(batch);
    if (code === 0 && outputs > 0) this.#rows = this.#locate(outputs);
    return code;
  }

  free(): void {
    this.#rows = [];
    this.#views = [];
    this.#kept = new Float32Array(0);
    this.#pass?.free();
  }

  #runGroups(groups: readonly (readonly Piece[])[], outputs: number): number {
    const { batch, batchLimit, outputLimit, vocabularySize: width } = this.#options;
    this.#pass ??= createBatch(batchLimit);
    if (this.#kept.length === 0) this.#kept = new Float32Array(outputLimit * width);
    const rows = new Array<Float32Array>(outputs);
    const order = outputOrder(batch.rows);
    for (const [i, pieces] of groups.entries()) {
      const wanted = copyPieces(batch.rows, this.#pass.rows, pieces, order);
      const code = this.#decode(this.#pass);
      if (code !== 0) return code;
      const last = i === groups.length - 1;
      const views = wanted.length > 0 ? this.#locate(wanted.length) : [];
      for (const [at, row] of wanted.entries()) {
        rows[row] = last ? views[at]! : this.#keep(row, views[at]!);
      }
    }
    this.#rows = rows;
    return 0;
  }

  #decode(batch: NativeBatch): number {
    return this.#options.library.decode(this.#options.context, batch.struct());
  }

  #keep(row: number, logits: Float32Array): Float32Array {
    const width = logits.length;
    const place = this.#kept.subarray(row * width, (row + 1) * width);
    place.set(logits);
    return place;
  }

  /** At least `count` views. llama.cpp may move its buffer; a view costs microseconds, so they are kept while it stays. */
  #locate(count: number): readonly Float32Array[] {
    const { library, context, vocabularySize: width } = this.#options;
    const address = library.logits(context);
    if (!address) throw new Error('llama.cpp computed a batch but gave no logits.');
    if (address !== this.#address || count > this.#views.length) {
      const all = new Float32Array(koffi.view(address, count * width * 4));
      this.#views = Array.from({ length: count }, (_, row) => all.subarray(row * width, (row + 1) * width));
      this.#address = address;
    }
    return this.#views;
  }
}

/**
 * The batch's pieces in passes: running sequences with one row each, then the prompt pieces that may be cut anywhere,
 * then the others, those of equal length together.
 */
export function piecesInPasses(
  batch: Batch,
  mayBeCut: (piece: Piece) => boolean,
): readonly (readonly Piece[])[] {
  const byPass = new Map<number, Piece[]>();
  for (let start = 0; start < batch.length; ) {
    let end = start + 1;
    while (end < batch.length && batch.sequences[end] === batch.sequences[start]) end++;
    const piece = { start, count: end - start };
    const pass = piece.count === 1 ? 1 : mayBeCut(piece) ? ANY_LENGTH : piece.count;
    const group = byPass.get(pass);
    if (group) group.push(piece);
    else byPass.set(pass, [piece]);
    start = end;
  }
  return [...byPass.entries()].sort(([a], [b]) => a - b).map(([, pieces]) => pieces);
}

/** Sorts before every length but one. */
const ANY_LENGTH = 1.5;
const FLASH_KERNEL_ROWS = 64;

/**
 * Whether a piece gives the same logits however llama.cpp cuts it: with flash attention while it is too short for the
 * other kernel. Without it a single row that is cut off can differ, in its last digits, once a sequence is long.
 */
export function mayBeCut(flashAttention: boolean): (piece: Piece) => boolean {
  return ({ count }) => flashAttention && count < FLASH_KERNEL_ROWS;
}

/** For each row of the batch its place among the wanted ones. */
function outputOrder({ length, outputs }: Batch): Int32Array {
  const order = new Int32Array(length);
  for (let row = 0, next = 0; row < length; row++) order[row] = outputs[row] ? next++ : -1;
  return order;
}

/** Copies the pieces to the front of `to`; returns the places of its wanted rows among those of the whole batch. */
function copyPieces(from: Batch, to: Batch, pieces: readonly Piece[], order: Int32Array): number[] {
  const wanted: number[] = [];
  let row = 0;
  for (const { start, count } of pieces) {
    for (let at = start; at < start + count; at++, row++) {
      to.tokens[row] = from.tokens[at]!;
      to.positions[row] = from.positions[at]!;
      to.sequences[row] = from.sequences[at]!;
      to.outputs[row] = from.outputs[at]!;
      if (order[at]! >= 0) wanted.push(order[at]!);
    }
  }
  to.length = row;
  return wanted;
}
