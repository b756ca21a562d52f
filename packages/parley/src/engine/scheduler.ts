import { withDrafts } from './draft-plan.ts';
import type { TokenId } from './runtime.ts';
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
  /** Rows of one batch whose logits can be wanted, at least `parallel`. Default: all. */
  readonly outputLimit?: number;
}

/** `count` tokens of a sequence from position `start`, and behind them its drafts. */
export interface Chunk {
  readonly sequence: Sequence;
  readonly start: number;
  readonly count: number;
  /** Of how many of the last of all these the logits are wanted. */
  readonly outputs: number;
  /** Tokens that may turn out to come next. */
  readonly drafts?: readonly TokenId[];
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
  readonly #outputLimit: number;

  constructor(options: SchedulerOptions) {
    checkLimits(options);
    this.#options = options;
    this.#leastPiece = leastPiece(options);
    this.#outputLimit = options.outputLimit ?? options.batchLimit;
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
    const { batchLimit } = this.#options;
    const chunks = withDrafts(this.#chunks(), { batchLimit, outputLimit: this.#outputLimit });
    return { moves, chunks };
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
      // It keeps its turn, or smaller ones would go before it for ever.
      const places = 1 + sequence.companions.length;
      if (places > free) break;
      this.#waiting.splice(at, 1);
      const placed = this.slots.place(sequence);
      for (const companion of sequence.companions) placed.push(...this.slots.reserve(companion));
      for (const move of placed) if (move.kind === 'copy') copies -= move.length;
      moves.push(...placed);
      free -= places;
    }
    return moves;
  }

  #chunks(): Chunk[] {
    const running = this.running.filter(({ idle, form }) => !idle && !form?.busy);
    const prefilling = running.filter((sequence) => sequence.prefilling);
    const generating = running.reduce((rows, sequence) => rows + this.#ahead(sequence), 0);
    const { batchLimit, promptBudget } = this.#options;
    const room = batchLimit - generating;
    const budget = generating > 0 ? Math.min(room, promptBudget) : room;
    const shares = fairShares(prefilling, budget, this.#leastPiece);
    this.#capScored(shares, running);
    return running.flatMap((sequence) => {
      const start = sequence.computed;
      const count = sequence.prefilling ? (shares.get(sequence) ?? 0) : this.#ahead(sequence);
      if (count === 0) return [];
      const outputs = start + count >= sequence.promptLength ? 1 : 0;
      return { sequence, start, count, outputs: isScoring(sequence) ? count : outputs };
    });
  }

  /**
   * Rows of a generating sequence: one, so that all share a pass of the model, which costs nearly as much as their rows.
   * What a form forced waits for its turns. Drafts come behind all that is known, and who runs alone shares with nobody.
   */
  #ahead(sequence: Sequence): number {
    if (sequence.prefilling) return 0;
    const known = sequence.length - sequence.computed;
    return this.#options.parallel === 1 || sequence.drafter ? known : Math.min(1, known);
  }

  /** A scored prompt wants the logits of all its rows, of which a batch has only so many: its pieces are shorter. */
  #capScored(shares: Map<Sequence, number>, running: readonly Sequence[]): void {
    const scored = running.filter((sequence) => isScoring(sequence) && shares.get(sequence));
    if (scored.length === 0) return;
    const room = this.#outputLimit - (running.length - scored.length);
    const least = Math.max(
      1,
      Math.min(this.#leastPiece, (this.#outputLimit - this.#options.parallel + 1) >> 1),
    );
    for (const [sequence, share] of fairShares(scored, room, least)) {
      shares.set(sequence, Math.min(share, shares.get(sequence) ?? 0));
    }
  }
}

function isScoring(sequence: Sequence): boolean {
  return sequence.scored && sequence.prefilling;
}

/** Outside of these a batch would overflow, or a prompt never get a row beside running sequences. */
function checkLimits({ slots, parallel, batchLimit, promptBudget, outputLimit }: SchedulerOptions): void {
  if (parallel < 1 || parallel > slots || parallel > batchLimit) {
    throw new RangeError(
      `parallel must be at least 1 and at most the ${slots} places of the cache and the ${batchLimit} rows of a batch, not ${parallel}.`,
    );
  }
  if (outputLimit !== undefined && outputLimit < parallel) {
    throw new RangeError(`outputLimit must be at least the ${parallel} of parallel, not ${outputLimit}.`);
  }
  if (promptBudget < 1) throw new RangeError(`promptBudget must be at least 1, not ${promptBudget}.`);
}

/** What was asked for, as far as a step always has room for a prompt that cannot be cut: twice as much less one. */
function leastPiece({ leastPiece = 1, batchLimit, parallel, promptBudget }: SchedulerOptions): number {
  const room = Math.min(batchLimit - parallel, promptBudget);
  return Math.max(1, Math.min(leastPiece, (room + 1) >> 1));
}

/** All wait for their form, and the choices of one request for the first of them, whose prompt they copy. */
function admissible({ leader, form }: Sequence): boolean {
  return (!form || form.compiled !== undefined) && (!leader || leader.ended || !leader.prefilling);
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
