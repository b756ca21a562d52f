import type { Batch } from './runtime.ts';
import type { Chunk } from './scheduler.ts';

const NONE: NonNullable<Chunk['drafts']> = [];

/** Writes the chunks into the batch, one row a token, in their order. */
export function fillBatch(batch: Batch, chunks: readonly Chunk[]): void {
  let row = 0;
  for (const { sequence, start, count, outputs, drafts = NONE } of chunks) {
    if (sequence.slot === undefined) throw new Error('a chunk was planned for a sequence without a slot');
    const rows = count + drafts.length;
    for (let i = 0; i < rows; i++, row++) {
      batch.tokens[row] = i < count ? sequence.tokens[start + i] : drafts[i - count];
      batch.positions[row] = start + i;
      batch.sequences[row] = sequence.slot;
      batch.outputs[row] = i >= rows - outputs ? 1 : 0;
    }
  }
  batch.length = row;
}
