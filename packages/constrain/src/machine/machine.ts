import type { Algebra } from '../json/algebra.ts';
import type { ArrayItem } from '../json/array-item.ts';
import type { ObjectItem } from '../json/object-item.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import { ArrayAfter, ArrayFirst, ArrayWait } from './array.ts';
import { Lexers } from './lexers.ts';
import { ObjectColon, ObjectPlace } from './object.ts';
import { Done, Root } from './root.ts';
import type { Struct } from './struct.ts';
import { Value } from './value.ts';

/** One alternative inside a container: what it has seen, and which goal of the container's value it serves. */
export type Member<Item> = { goal: number; item: Item };
/** An alternative that waits for a value of the goal `wanted`. */
export type Waiting<Item> = Member<Item> & { wanted: number };
/** `fresh`: the key that led here has no name in the schema and is still to be remembered. */
export type Keyed<Item> = Waiting<Item> & { fresh?: boolean };

const MAX_STRUCTS = 20_000;

/** Makes and shares the places of one JSON grammar. */
export class Machine {
  readonly algebra: Algebra;
  readonly lexers: Lexers;
  readonly space: Re;
  readonly #table = new Map<string, Struct>();
  #count = 0;

  constructor(algebra: Algebra, space: Re) {
    this.algebra = algebra;
    this.lexers = new Lexers(algebra);
    this.space = space;
  }

  /** Forgets shared places once they are many; sharing is a matter of speed only. */
  #shared<T extends Struct>(key: string, make: (id: number) => T): T {
    const known = this.#table.get(key);
    if (known) return known as T;
    this.algebra.fuel.spend(16);
    if (this.#table.size >= MAX_STRUCTS) this.#table.clear();
    const made = make(this.#count++);
    this.#table.set(key, made);
    return made;
  }

  /** Before a whole JSON value, after which the text goes on at another place. */
  start(term: Term, after = this.done()): Struct {
    const root = this.#shared(`root${after.id}`, (id) => new Root(this, id, this.algebra.pool.eps, after));
    return this.value([term], root, this.algebra.pool.eps);
  }

  /** A number for a place that is made elsewhere. */
  nextId(): number {
    this.algebra.fuel.spend(16);
    return this.#count++;
  }

  done(): Struct {
    return this.#shared('done', (id) => new Done(this, id, this.algebra.pool.eps));
  }

  value(goals: readonly Term[], receiver: Struct, space = this.space, unsettled = false): Struct {
    const key = `v${unsettled}${space.id};${receiver.id};${goals.map((g) => g.id).join()}`;
    return this.#shared(key, (id) => new Value(this, id, space, goals, receiver, unsettled));
  }

  object(
    phase: 'first' | 'key' | 'after',
    members: readonly Member<ObjectItem>[],
    up: Struct,
    space = this.space,
  ): Struct {
    const list = distinct(members);
    const key = `${phase}${space.id};${up.id};${list.key}`;
    return this.#shared(key, (id) => new ObjectPlace(this, id, space, phase, list.members, up));
  }

  colon(
    members: readonly Keyed<ObjectItem>[],
    goals: readonly Term[],
    up: Struct,
    space = this.space,
  ): Struct {
    const list = distinct(members);
    const key = `:${space.id};${up.id};${goals.map((g) => g.id).join()};${list.key}`;
    return this.#shared(key, (id) => new ObjectColon(this, id, space, list.members, goals, up));
  }

  arrayFirst(members: readonly Member<ArrayItem>[], up: Struct, space = this.space): Struct {
    const list = distinct(members);
    return this.#shared(
      `[${space.id};${up.id};${list.key}`,
      (id) => new ArrayFirst(this, id, space, list.members, up),
    );
  }

  arrayAfter(
    members: readonly Member<ArrayItem>[],
    up: Struct,
    space = this.space,
    unsettled = members.some((m) => m.item.tracks),
  ): Struct {
    const list = distinct(members);
    const key = `]${unsettled}${space.id};${up.id};${list.key}`;
    return this.#shared(key, (id) => new ArrayAfter(this, id, space, list.members, up, unsettled));
  }

  arrayWait(members: readonly Waiting<ArrayItem>[], goals: readonly Term[], up: Struct): ArrayWait {
    const list = distinct(members);
    const key = `w${up.id};${goals.map((g) => g.id).join()};${list.key}`;
    return this.#shared(key, (id) => new ArrayWait(this, id, this.space, list.members, goals, up));
  }
}

function distinct<T extends Member<{ key: string }> & { wanted?: number; fresh?: boolean }>(
  members: readonly T[],
): { key: string; members: readonly T[] } {
  const found = new Map<string, T>();
  for (const m of members) found.set(`${m.goal}/${m.wanted ?? ''}/${m.fresh ?? ''}/${m.item.key}`, m);
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { key: sorted.map(([k]) => k).join('|'), members: sorted.map(([, m]) => m) };
}

/** Distinct terms in order of first use. */
export class Goals {
  readonly terms: Term[] = [];
  readonly #index = new Map<Term, number>();

  add(term: Term): number {
    let i = this.#index.get(term);
    if (i === undefined) {
      i = this.terms.length;
      this.terms.push(term);
      this.#index.set(term, i);
    }
    return i;
  }
}
