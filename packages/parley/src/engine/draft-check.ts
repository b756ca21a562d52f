import type { Chunk } from './scheduler.ts';

/**
 * Samples the rows of a chunk one after the other, for as long as the drafts before a row are what was sampled, so that
 * every token comes from the logits, and in the order, that it would come from without drafts. `sample` appends the
 * row's token, and what its form forces, or ends the sequence. `computed` takes in the drafts that came; the cells of
 * the others have to be dropped.
 */
export function checkDrafts({ sequence, start, count, drafts }: Chunk, sample: (row: number) => void): void {
  const first = start + count;
  const { length: drafted } = drafts ?? [];
  let kept = 0;
  for (let row = 0; row === kept && !sequence.ended; row = sequence.length - first) {
    // Before the token is known: where it ends the sequence, the cells that are kept are counted at once.
    sequence.computed = first + row;
    sequence.drafter?.accept(row);
    sample(row);
    while (
      kept < drafted &&
      first + kept < sequence.length &&
      sequence.tokens[first + kept] === drafts?.[kept]
    ) {
      kept++;
    }
  }
  if (sequence.ended) return;
  sequence.computed = first + kept;
  sequence.drafter?.accept(kept);
  sequence.drafter?.settle();
}
