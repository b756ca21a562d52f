import type { Batch } from '../runtime.ts';
import type { Struct } from './library.ts';
import type { NativeArray } from './native-array.ts';
import { nativeInt8, nativeInt32, nativePointers } from './native-array.ts';

/** A batch in C memory, each row belonging to one sequence. */
export interface NativeBatch {
  readonly rows: Batch;
  /** The C struct for the rows that are filled now. */
  struct(): Struct;
  free(): void;
}

export function createBatch(capacity: number): NativeBatch {
  const tokens = nativeInt32(capacity);
  const positions = nativeInt32(capacity);
  const sequences = nativeInt32(capacity);
  const outputs = nativeInt8(capacity);
  const counts = nativeInt32(capacity);
  counts.view.fill(1);
  const lists = nativePointers(sequences);
  const struct = {
    n_tokens: 0,
    token: tokens.pointer,
    embd: null,
    pos: positions.pointer,
    n_seq_id: counts.pointer,
    seq_id: lists.pointer,
    logits: outputs.pointer,
  };
  const rows: Batch = {
    length: 0,
    tokens: tokens.view,
    positions: positions.view,
    sequences: sequences.view,
    outputs: outputs.view,
  };
  const arrays: readonly NativeArray<unknown>[] = [tokens, positions, sequences, outputs, counts, lists];
  return {
    rows,
    struct() {
      struct.n_tokens = rows.length;
      return struct;
    },
    free() {
      rows.length = 0;
      for (const array of arrays) array.free();
    },
  };
}

export interface BatchLimits {
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly sequenceLimit: number;
  readonly batchLimit: number;
  readonly outputLimit: number;
}

/**
 * Rejects what libllama would answer with an abort of the process or a corrupt cache. `lengths` holds the tokens of each
 * sequence and is moved on by the rows; returns how many outputs were wanted.
 */
export function checkBatch(batch: Batch, lengths: Int32Array, limits: BatchLimits): number {
  const { length } = batch;
  if (!Number.isInteger(length) || length < 1 || length > limits.batchLimit) {
    throw new RangeError(`A batch of ${length} rows, 1 to ${limits.batchLimit} are possible.`);
  }
  let outputs = 0;
  for (let row = 0; row < length; row++) {
    const token = batch.tokens[row]!;
    const sequence = batch.sequences[row]!;
    const position = batch.positions[row]!;
    const output = batch.outputs[row]!;
    if (token < 0 || token >= limits.vocabularySize) {
      throw new RangeError(`Row ${row}: token ${token} is not in 0..${limits.vocabularySize - 1}.`);
    }
    if (sequence < 0 || sequence >= limits.sequenceLimit) {
      throw new RangeError(`Row ${row}: sequence ${sequence} is not in 0..${limits.sequenceLimit - 1}.`);
    }
    if (position !== lengths[sequence]) {
      throw new RangeError(
        `Row ${row}: position ${position} of sequence ${sequence}, which goes on at ${lengths[sequence]}.`,
      );
    }
    if (position >= limits.contextLength) {
      throw new RangeError(`Row ${row}: sequence ${sequence} is full at ${limits.contextLength} tokens.`);
    }
    if (output !== 0 && output !== 1) {
      throw new RangeError(`Row ${row}: output is ${output} instead of 0 or 1.`);
    }
    lengths[sequence]!++;
    outputs += output;
  }
  if (outputs > limits.outputLimit) {
    throw new RangeError(`${outputs} rows of logits are wanted, at most ${limits.outputLimit} are possible.`);
  }
  return outputs;
}

/** What `llama_decode` returned. */
export function decodeFailure(code: number): string {
  switch (code) {
    case 1:
      return 'no place in the KV cache for the batch';
    case 2:
      return 'the computation was aborted';
    case -1:
      return 'llama.cpp rejected the batch as invalid';
    case -2:
      return 'memory for the computation could not be allocated';
    default:
      return 'the computation failed';
  }
}
