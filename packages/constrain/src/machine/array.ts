import type { ArrayItem } from '../json/array-item.ts';
import { canonicalText } from '../json/constant.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import { lastValue } from './last-value.ts';
import { Goals, type Machine, type Member, type Waiting } from './machine.ts';
import { type Next, Struct } from './struct.ts';

abstract class ArrayPlace extends Struct {
  protected readonly members: readonly Member<ArrayItem>[];
  protected readonly up: Struct;
  #value: Struct | null | undefined;

  constructor(
    machine: Machine,
    id: number,
    space: Re,
    members: readonly Member<ArrayItem>[],
    up: Struct,
    unsettled = false,
  ) {
    super(machine, id, space, unsettled);
    this.members = members;
    this.up = up;
  }

  override child(_satisfied: readonly number[]): Struct | null {
    return null;
  }

  protected close(): Struct | null {
    const goals = this.members.filter((m) => m.item.closes).map((m) => m.goal);
    return goals.length > 0 ? this.up.child([...new Set(goals)].sort((a, b) => a - b)) : null;
  }

  /** Before the next item; null when there can be none. */
  protected item(): Struct | null {
    if (this.#value === undefined) this.#value = this.#makeItem();
    return this.#value;
  }

  #makeItem(): Struct | null {
    const goals = new Goals();
    const waiting: Waiting<ArrayItem>[] = [];
    for (const { goal, item } of this.members) {
      for (const { term, next } of this.unsettled ? item.looseOptions() : item.options())
        waiting.push({ goal, item: next, wanted: goals.add(term) });
    }
    if (waiting.length === 0) return null;
    const wait = this.machine.arrayWait(waiting, goals.terms, this.up);
    return this.machine.value(goals.terms, wait, this.machine.space, this.unsettled);
  }
}

/** After `[`. */
export class ArrayFirst extends ArrayPlace {
  override get receiver(): Struct {
    return this.item()?.receiver ?? this;
  }

  protected override spaced(space: Re): Struct {
    return this.machine.arrayFirst(this.members, this.up, space);
  }

  override advance(byte: number): Next {
    return byte === 0x5d ? this.close() : (this.item()?.advance(byte) ?? null);
  }
}

/** After an item. */
export class ArrayAfter extends ArrayPlace {
  override get roomy(): boolean {
    return this.members.every((m) => !m.item.tracks || m.item.roomy);
  }

  override settle(bytes: readonly number[]): Struct | null {
    const value = canonicalText(JSON.parse(lastValue(bytes)));
    const members = this.members.flatMap(({ goal, item }) => {
      const known = item.tracks ? item.remember(value) : item;
      return known ? [{ goal, item: known }] : [];
    });
    return members.length > 0 ? this.machine.arrayAfter(members, this.up, this.space, false) : null;
  }

  override get receiver(): Struct {
    return this;
  }

  protected override spaced(space: Re): Struct {
    return this.machine.arrayAfter(this.members, this.up, space, this.unsettled);
  }

  override advance(byte: number): Next {
    if (byte === 0x5d) return this.close();
    return byte === 0x2c ? this.item() : null;
  }
}

/** Waits for an item's value. */
export class ArrayWait extends Struct {
  readonly #members: readonly Waiting<ArrayItem>[];
  readonly goals: readonly Term[];
  readonly #up: Struct;

  constructor(
    machine: Machine,
    id: number,
    space: Re,
    members: readonly Waiting<ArrayItem>[],
    goals: readonly Term[],
    up: Struct,
  ) {
    super(machine, id, space);
    this.#members = members;
    this.goals = goals;
    this.#up = up;
  }

  override get receiver(): Struct {
    return this;
  }

  protected override spaced(_space: Re): Struct {
    return this;
  }

  override advance(_byte: number): Next {
    return null;
  }

  override child(satisfied: readonly number[]): Struct | null {
    const members = this.#members.filter((m) => satisfied.includes(m.wanted));
    if (members.length === 0) return null;
    return this.machine.arrayAfter(
      members.map(({ goal, item }) => ({ goal, item })),
      this.#up,
    );
  }
}
