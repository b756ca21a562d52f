import type { SequenceId } from './runtime.ts';
import type { Sequence } from './sequence.ts';

/** A change of the KV cache that the engine carries out before it decodes, in the order given. */
export type CacheMove =
  | { readonly kind: 'copy'; readonly from: SequenceId; readonly to: SequenceId; readonly length: number }
  | { readonly kind: 'truncate'; readonly slot: SequenceId; readonly length: number };

/** A place in the KV cache. Without a sequence it still holds what the last one left: the prefix cache. */
export interface Slot {
  readonly id: SequenceId;
  sequence: Sequence | undefined;
  /** What the cells hold: the first `length` entries. While a sequence runs here, its own `computed` tokens count instead. */
  tokens: Int32Array;
  length: number;
  salt: string | symbol;
  /** Rises with every use; the smallest is the least recently used. */
  usedAt: number;
}

export interface SlotTableOptions {
  readonly slots: number;
  /** A shorter common prefix in another slot is computed again rather than copied. */
  readonly minimumCopy: number;
  /** Whether a part of what a slot holds can be used. */
  readonly partialPrefix: boolean;
  /** Tokens at the end of a prompt that are never reused, at least 1. */
  readonly leastComputed: number;
}

interface Prefix {
  readonly slot: Slot;
  readonly length: number;
}

const EMPTY = new Int32Array(0);
/** Cells that may be copied in place of computing one prompt token: copying one costs some hundredths of that. */
export const COPIED_PER_COMPUTED = 16;

/**
 * Who sits where in the KV cache. It decides and keeps the books; the moves it returns are carried out by the engine.
 *
 * Running sequences are kept in neighbouring slots, because llama.cpp batches only consecutive sequence ids of a split
 * cache into one pass; a hole costs a pass of its own in every step.
 */
export class SlotTable {
  readonly slots: readonly Slot[];
  readonly #options: SlotTableOptions;
  #clock = 0;
  #holeSteps = 0;

  constructor(options: SlotTableOptions) {
    this.#options = options;
    this.slots = Array.from({ length: options.slots }, (_, id) => ({
      id,
      sequence: undefined,
      tokens: EMPTY,
      length: 0,
      salt: '',
      usedAt: 0,
    }));
  }

  get running(): number {
    return this.slots.reduce((count, slot) => count + (slot.sequence ? 1 : 0), 0);
  }

  /** Cells of running sequences, and cells that merely keep prefixes. */
  get cells(): { used: number; cached: number } {
    const cells = { used: 0, cached: 0 };
    for (const slot of this.slots) cells[slot.sequence ? 'used' : 'cached'] += heldLength(slot);
    return cells;
  }

  /** Seats the sequence and marks as computed what of its prompt is in the cache already. */
  place(sequence: Sequence): CacheMove[] {
    const donor = this.#longestPrefix(sequence);
    const slot = this.#freeSlot(donor);
    const moves: CacheMove[] = [];
    let reused = 0;
    if (donor && donor.slot === slot) {
      reused = donor.length;
      if (slot.length > reused) moves.push({ kind: 'truncate', slot: slot.id, length: reused });
    } else if (donor && this.#worthCopying(donor)) {
      reused = donor.length;
      moves.push({ kind: 'copy', from: donor.slot.id, to: slot.id, length: reused });
      donor.slot.usedAt = ++this.#clock;
    } else if (slot.length > 0) {
      moves.push({ kind: 'truncate', slot: slot.id, length: 0 });
    }
    this.#seat(slot, sequence);
    sequence.computed = reused;
    sequence.cached = reused;
    return moves;
  }

  /** Seats a sequence that has nothing to compute yet. */
  reserve(sequence: Sequence): CacheMove[] {
    const slot = this.#freeSlot(undefined);
    const moves: CacheMove[] = slot.length > 0 ? [{ kind: 'truncate', slot: slot.id, length: 0 }] : [];
    this.#seat(slot, sequence);
    sequence.computed = 0;
    return moves;
  }

  /** A copy moves all that the donor holds, so a short beginning of a long one is sooner computed again. */
  #worthCopying({ slot, length }: Prefix): boolean {
    return length >= this.#options.minimumCopy && length * COPIED_PER_COMPUTED >= heldLength(slot);
  }

  /** Takes the sequence off its slot; its cells stay there as a prefix for later requests. */
  release(sequence: Sequence): void {
    const slot = sequence.slot === undefined ? undefined : this.slots[sequence.slot];
    if (!slot || slot.sequence !== sequence) return;
    slot.tokens = sequence.tokens;
    slot.length = sequence.computed;
    slot.sequence = undefined;
    slot.usedAt = ++this.#clock;
    sequence.slot = undefined;
  }

  /** Empties every slot, also those that the books call empty: after a failure nothing can be trusted. */
  clear(): CacheMove[] {
    for (const slot of this.slots) this.#empty(slot);
    return this.slots.map(({ id }) => ({ kind: 'truncate', slot: id, length: 0 }));
  }

  /** Moves a sequence from the edge into a hole, once the hole has lasted for `patience` calls. */
  closeHole(patience: number): CacheMove[] {
    const running = this.slots.filter((slot) => slot.sequence);
    const span = running.length === 0 ? 0 : running[running.length - 1].id - running[0].id + 1;
    if (span === running.length) {
      this.#holeSteps = 0;
      return [];
    }
    if (++this.#holeSteps < patience) return [];
    this.#holeSteps = 0;
    const [first, last] = [running[0], running[running.length - 1]];
    const edge = heldLength(first) < heldLength(last) ? first : last;
    const hole = this.slots.find((slot) => !slot.sequence && slot.id > first.id) as Slot;
    return this.#move(edge, hole);
  }

  #move(from: Slot, to: Slot): CacheMove[] {
    const sequence = from.sequence as Sequence;
    this.#empty(from);
    this.#seat(to, sequence);
    return [
      { kind: 'copy', from: from.id, to: to.id, length: sequence.computed },
      { kind: 'truncate', slot: from.id, length: 0 },
    ];
  }

  #seat(slot: Slot, sequence: Sequence): void {
    slot.sequence = sequence;
    slot.salt = sequence.salt;
    slot.usedAt = ++this.#clock;
    sequence.slot = slot.id;
  }

  #empty(slot: Slot): void {
    slot.sequence = undefined;
    slot.tokens = EMPTY;
    slot.length = 0;
  }

  #longestPrefix(sequence: Sequence): Prefix | undefined {
    // The last prompt token is always computed, because its logits are needed, and with it enough for equal logits. A
    // choice that follows the first one of its request takes the same way each time, so for it one token is enough.
    const limit = sequence.promptLength - (sequence.leader ? 1 : this.#options.leastComputed);
    let best: Prefix | undefined;
    for (const slot of this.slots) {
      if (slot.salt !== sequence.salt) continue;
      const length = commonPrefix(heldTokens(slot), sequence.tokens, Math.min(heldLength(slot), limit));
      if (!this.#options.partialPrefix && length < heldLength(slot)) continue;
      if (length > (best?.length ?? 0)) best = { slot, length };
      else if (best && length === best.length && betterDonor(slot, best.slot)) best = { slot, length };
    }
    return best;
  }

  /** The donor's own place, unless most of what it keeps would be lost there; else the least recently used one. */
  #freeSlot(donor: Prefix | undefined): Slot {
    const candidates = this.#candidates();
    if (donor && candidates.includes(donor.slot) && 2 * donor.length >= donor.slot.length) return donor.slot;
    return candidates.reduce((best, slot) => (slot.usedAt < best.usedAt ? slot : best));
  }

  /** Free slots that keep the running ones together: holes first, then the neighbours of the block. */
  #candidates(): Slot[] {
    const free = this.slots.filter((slot) => !slot.sequence);
    const taken = this.slots.filter((slot) => slot.sequence);
    if (taken.length === 0) return free;
    const [low, high] = [taken[0].id, taken[taken.length - 1].id];
    const holes = free.filter((slot) => slot.id > low && slot.id < high);
    if (holes.length > 0) return holes;
    return free.filter((slot) => slot.id === low - 1 || slot.id === high + 1);
  }
}

function heldLength(slot: Slot): number {
  return slot.sequence ? slot.sequence.computed : slot.length;
}

/** Of equal prefixes that of a free slot, which may be used in place, and then the one with the least behind it. */
function betterDonor(slot: Slot, other: Slot): boolean {
  if (!slot.sequence !== !other.sequence) return !slot.sequence;
  return heldLength(slot) < heldLength(other);
}

function heldTokens(slot: Slot): Int32Array {
  return slot.sequence ? slot.sequence.tokens : slot.tokens;
}

function commonPrefix(a: Int32Array, b: Int32Array, limit: number): number {
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}
