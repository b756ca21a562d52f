import type { Batch } from './runtime.ts';
import type { Chunk } from './scheduler.ts';

/** Writes the chunks into the batch, one row a token, in their order. */
export function fillBatch(batch: Batch, chunks: readonly Chunk[]): void {
  let row = 0;
  for (const { sequence, start, count, output } of chunks) {
    if (sequence.slot === undefined) throw new Error('a chunk was planned for a sequence without a slot');
    for (let i = 0; i < count; i++, row++) {
      batch.tokens[row] = sequence.tokens[start + i];
      batch.positions[row] = start + i;
      batch.sequences[row] = sequence.slot;
      batch.outputs[row] = output && i === count - 1 ? 1 : 0;
    }
  }
  batch.length = row;
}
