import type { Sequence } from './sequence.ts';
import { type CacheMove, COPIED_PER_COMPUTED, SlotTable } from './slots.ts';

export interface SchedulerOptions {
  /** Places in the KV cache; those that no sequence runs in keep prefixes. */
  readonly slots: number;
  /** Sequences that may run at once, at most `slots`. */
  readonly parallel: number;
  /** Rows that one batch can hold. */
  readonly batchLimit: number;
  /** Prompt tokens per step while other sequences are generating: bounds how long a prompt can stall them. */
  readonly promptBudget: number;
  readonly minimumCopy?: number;
  readonly partialPrefix?: boolean;
  /** Prompts are cut into pieces of at least this many tokens, and as many of each are computed, never reused. */
  readonly leastPiece?: number;
}

/** `count` tokens of a sequence from position `start`; `output` when the last one's logits are wanted. */
export interface Chunk {
  readonly sequence: Sequence;
  readonly start: number;
  readonly count: number;
  readonly output: boolean;
}

/** One step: first the moves, then one batch of all chunks. */
export interface Plan {
  readonly moves: readonly CacheMove[];
  readonly chunks: readonly Chunk[];
}

const DEFAULT_MINIMUM_COPY = 16;
const HOLE_PATIENCE_STEPS = 2;

/** Decides who runs, where, and with how many tokens; it never touches the model. */
export class Scheduler {
  readonly slots: SlotTable;
  readonly #options: SchedulerOptions;
  /** By priority, then arrival. */
  readonly #waiting: Sequence[] = [];
  readonly #leastPiece: number;

  constructor(options: SchedulerOptions) {
    checkLimits(options);
    this.#options = options;
    this.#leastPiece = leastPiece(options);
    this.slots = new SlotTable({
      slots: options.slots,
      minimumCopy: options.minimumCopy ?? DEFAULT_MINIMUM_COPY,
      partialPrefix: options.partialPrefix ?? true,
      leastComputed: this.#leastPiece,
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): Sequence[] {
    return this.slots.slots.flatMap((slot) => slot.sequence ?? []);
  }

  add(sequence: Sequence): void {
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1].priority > sequence.priority) at--;
    this.#waiting.splice(at, 0, sequence);
  }

  /** Takes the sequence out, wherever it is. Its cells stay as a prefix; the place is free for the next plan. */
  remove(sequence: Sequence): void {
    const at = this.#waiting.indexOf(sequence);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.slots.release(sequence);
  }

  plan(): Plan {
    const moves = this.#admit();
    if (this.#waiting.length === 0) moves.push(...this.slots.closeHole(HOLE_PATIENCE_STEPS));
    return { moves, chunks: this.#chunks() };
  }

  #admit(): CacheMove[] {
    const moves: CacheMove[] = [];
    let free = this.#options.parallel - this.slots.running;
    // What bounds how long a prompt can stall the others bounds copies as well.
    let copies = this.#options.promptBudget * COPIED_PER_COMPUTED;
    for (let at = 0; at < this.#waiting.length && free > 0 && copies > 0; ) {
      const sequence = this.#waiting[at];
      if (!admissible(sequence)) {
        at++;
        continue;
      }
      this.#waiting.splice(at, 1);
      const placed = this.slots.place(sequence);
      for (const move of placed) if (move.kind === 'copy') copies -= move.length;
      moves.push(...placed);
      free--;
    }
    return moves;
  }

  #chunks(): Chunk[] {
    const running = this.running;
    const prefilling = running.filter((sequence) => sequence.prefilling);
    const generating = running.reduce((rows, sequence) => rows + ahead(sequence), 0);
    const { batchLimit, promptBudget } = this.#options;
    const room = batchLimit - generating;
    const budget = generating > 0 ? Math.min(room, promptBudget) : room;
    const shares = fairShares(prefilling, budget, this.#leastPiece);
    return running.flatMap((sequence) => {
      const start = sequence.computed;
      const count = sequence.prefilling ? (shares.get(sequence) ?? 0) : ahead(sequence);
      if (count === 0) return [];
      return { sequence, start, count, output: start + count >= sequence.promptLength };
    });
  }
}

/** Tokens of a generating sequence that the model has not seen: one, and those that its form forced. */
function ahead(sequence: Sequence): number {
  return sequence.prefilling ? 0 : sequence.length - sequence.computed;
}

/** Outside of these a batch would overflow, or a prompt never get a row beside running sequences. */
function checkLimits({ slots, parallel, batchLimit, promptBudget }: SchedulerOptions): void {
  if (parallel < 1 || parallel > slots || parallel > batchLimit) {
    throw new RangeError(
      `parallel must be at least 1 and at most the ${slots} places of the cache and the ${batchLimit} rows of a batch, not ${parallel}.`,
    );
  }
  if (promptBudget < 1) throw new RangeError(`promptBudget must be at least 1, not ${promptBudget}.`);
}

/** What was asked for, as far as a step always has room for a prompt that cannot be cut: twice as much less one. */
function leastPiece({ leastPiece = 1, batchLimit, parallel, promptBudget }: SchedulerOptions): number {
  const room = Math.min(batchLimit - parallel, promptBudget);
  return Math.max(1, Math.min(leastPiece, (room + 1) >> 1));
}

/** The choices of one request wait for the first of them, whose prompt they copy. */
function admissible({ leader }: Sequence): boolean {
  return !leader || leader.ended || !leader.prefilling;
}

/**
 * Splits the budget evenly; what a short prompt leaves goes to the longer ones, so no prompt waits for another. No piece
 * is shorter than `least`, unless the whole prompt is: a prompt that would have to be cut so waits for a step with room.
 */
function fairShares(prefilling: readonly Sequence[], budget: number, least: number): Map<Sequence, number> {
  const remaining = (sequence: Sequence) => sequence.promptLength - sequence.computed;
  const shares = new Map<Sequence, number>();
  let left = budget;
  [...prefilling]
    .sort((a, b) => remaining(a) - remaining(b))
    .forEach((sequence, i, sorted) => {
      const even = Math.max(least, Math.ceil(left / (sorted.length - i)));
      const share = cutPiece(remaining(sequence), even, left, least);
      shares.set(sequence, share);
      left -= share;
    });
  return shares;
}

/** How much of `remaining` to take: about `share`, at most `room`, and so that no piece is below `least`. */
function cutPiece(remaining: number, share: number, room: number, least: number): number {
  if (remaining <= share || remaining < 2 * least) return remaining <= room ? remaining : 0;
  const piece = Math.min(share, room, remaining - least);
  return piece < least ? 0 : piece;
}
