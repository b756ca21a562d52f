import type { Chunk } from './scheduler.ts';

export interface DraftLimits {
  /** Rows of one batch. */
  readonly batchLimit: number;
  /** Rows of one batch whose logits can be wanted. */
  readonly outputLimit: number;
}

/** Puts drafts behind the chunks of generating sequences that have some, with what the other rows leave of the batch. */
export function withDrafts(chunks: readonly Chunk[], limits: DraftLimits): readonly Chunk[] {
  let open = chunks.filter(mayDraft).length;
  if (open === 0) return chunks;
  let room = limits.batchLimit;
  let outputs = limits.outputLimit;
  for (const chunk of chunks) {
    room -= chunk.count;
    outputs -= chunk.outputs;
  }
  room = Math.min(room, outputs);
  return chunks.map((chunk) => {
    const { drafter } = chunk.sequence;
    if (!drafter || !mayDraft(chunk)) return chunk;
    const drafts = drafter.propose(chunk.sequence, Math.floor(room / open));
    open--;
    room -= drafts.length;
    if (drafts.length === 0) return chunk;
    return { ...chunk, outputs: chunk.outputs + drafts.length, drafts };
  });
}

function mayDraft({ sequence }: Chunk): boolean {
  return sequence.drafter !== undefined && !sequence.prefilling;
}
