import { Lex } from '../machine/lex.ts';
import type { Machine } from '../machine/machine.ts';
import { type Next, Struct } from '../machine/struct.ts';

/** `pending`: a byte that is read only once the value before it has been remembered. */
export type Branch = { lex: Lex | null; place: Struct; pending?: number };

/** Several positions read side by side; as soon as one is left, it goes on alone. */
export class BranchPlace extends Struct {
  readonly #branches: readonly Branch[];

  private constructor(machine: Machine, id: number, branches: readonly Branch[]) {
    super(
      machine,
      id,
      machine.algebra.pool.eps,
      branches.some((b) => !b.lex && b.place.unsettled),
    );
    this.#branches = branches;
  }

  static of(machine: Machine, branches: readonly Branch[]): Struct {
    const flat = branches.flatMap((b) =>
      b.place instanceof BranchPlace && !b.lex && b.pending === undefined ? b.place.#branches : [b],
    );
    const only = flat[0]!;
    if (flat.length === 1 && !only.lex && only.pending === undefined) return only.place;
    return new BranchPlace(machine, machine.nextId(), flat);
  }

  override get receiver(): Struct {
    return this.#branches[0]!.lex ? this.#branches[0]!.place : this.#branches[0]!.place.receiver;
  }

  override get accepting(): boolean {
    return this.#branches.some(({ lex, place }) => {
      const ended = lex?.ended;
      return lex ? ended != null && (place.exit(ended)?.accepting ?? false) : place.accepting;
    });
  }

  protected override spaced(): Struct {
    return this;
  }

  override advance(byte: number): Next {
    return this.compute(byte);
  }

  override child(): Struct | null {
    return null;
  }

  protected override compute(byte: number): Next {
    const next = this.#branches.flatMap((branch) => stepBranch(branch, byte));
    if (next.length === 0) return null;
    const [only] = next;
    if (next.length === 1 && only!.lex && only!.place === this.receiver) return only!.lex;
    return BranchPlace.of(this.machine, next);
  }

  override get roomy(): boolean {
    return false;
  }

  override settle(bytes: readonly number[]): Struct | null {
    const settled = this.#branches.flatMap((branch) => settledBranch(branch, bytes));
    return settled.length > 0 ? BranchPlace.of(this.machine, settled) : null;
  }
}

function settledBranch({ lex, place, pending }: Branch, bytes: readonly number[]): Branch[] {
  if (lex) return [{ lex, place }];
  const known = place.unsettled ? place.settle(pending === undefined ? bytes : bytes.slice(0, -1)) : place;
  if (!known || pending === undefined) return known ? [{ lex: null, place: known }] : [];
  return entered(known.step(pending), known).flatMap((b) => settledBranch(b, bytes));
}

function stepBranch({ lex, place, pending }: Branch, byte: number): Branch[] {
  if (pending !== undefined) {
    return entered(place.step(pending), place).flatMap((b) => stepBranch(b, byte));
  }
  if (!lex) return entered(place.step(byte), place);
  const to = lex.step(byte);
  if (to === null) return [];
  if (to instanceof Lex) return [{ lex: to, place }];
  const after = place.exit(to);
  if (!after) return [];
  if (to.redo && after.unsettled) return [{ lex: null, place: after, pending: byte }];
  return to.redo ? entered(after.step(byte), after) : [{ lex: null, place: after }];
}

function entered(to: Next, from: Struct): Branch[] {
  if (to === null) return [];
  return [to instanceof Struct ? { lex: null, place: to } : { lex: to, place: from.receiver }];
}
