import type { KeyOption, ObjectItem } from '../json/object-item.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import { lastValue } from './last-value.ts';
import type { Exit } from './lex.ts';
import { Goals, type Keyed, type Machine, type Member } from './machine.ts';
import type { Reading } from './string-reading.ts';
import { type Next, Struct } from './struct.ts';

type Target = { goal: number; item: ObjectItem; option: KeyOption | null };

/** In an object: after `{`, after a comma, or after a member. */
export class ObjectPlace extends Struct {
  readonly #phase: 'first' | 'key' | 'after';
  readonly #members: readonly Member<ObjectItem>[];
  readonly #up: Struct;
  #keys: { readings: Reading[]; targets: Target[] } | null = null;

  constructor(
    machine: Machine,
    id: number,
    space: Re,
    phase: 'first' | 'key' | 'after',
    members: readonly Member<ObjectItem>[],
    up: Struct,
  ) {
    super(machine, id, space);
    this.#phase = phase;
    this.#members = members;
    this.#up = up;
  }

  override get receiver(): Struct {
    return this;
  }

  protected override spaced(space: Re): Struct {
    return this.machine.object(this.#phase, this.#members, this.#up, space);
  }

  override advance(byte: number): Next {
    if (byte === 0x7d && this.#phase !== 'key') return this.#close();
    if (byte === 0x22 && this.#phase !== 'after') {
      const { readings } = this.#keyReadings();
      return readings.length > 0 ? this.machine.lexers.string(readings) : null;
    }
    if (byte !== 0x2c || this.#phase !== 'after' || this.#keyReadings().readings.length === 0) return null;
    return this.machine.object('key', this.#members, this.#up);
  }

  #close(): Struct | null {
    const goals = this.#members.filter((m) => m.item.closes).map((m) => m.goal);
    return goals.length > 0 ? this.#up.child([...new Set(goals)].sort((a, b) => a - b)) : null;
  }

  /** Each member reads the key for its names and for each class of other keys; a reading's tag names its target. */
  #keyReadings(): { readings: Reading[]; targets: Target[] } {
    if (this.#keys) return this.#keys;
    const readings: Reading[] = [];
    const targets: Target[] = [];
    const add = (target: Target, re: Re) => {
      if (re.kind === 'empty') return;
      readings.push({ tag: targets.length, re, min: 0, max: Infinity });
      targets.push(target);
    };
    for (const { goal, item } of this.#members) {
      add({ goal, item, option: null }, item.namesRe());
      for (const { re, option } of item.others()) add({ goal, item, option }, re);
    }
    this.#keys = { readings, targets };
    return this.#keys;
  }

  protected override finish(exit: Exit): Struct | null {
    const { targets } = this.#keyReadings();
    const goals = new Goals();
    const members: Keyed<ObjectItem>[] = [];
    for (const { tag, word } of exit.tags) {
      const { goal, item, option } = targets[tag]!;
      for (const { term, next } of option ? [option] : item.optionsOf(word!)) {
        members.push({ goal, item: next, wanted: goals.add(term), fresh: option !== null && item.tracks });
      }
    }
    return this.machine.colon(members, goals.terms, this.#up);
  }

  override child(_satisfied: readonly number[]): Struct | null {
    return null;
  }
}

/** After a key; also waits for the value. */
export class ObjectColon extends Struct {
  readonly #members: readonly Keyed<ObjectItem>[];
  readonly #goals: readonly Term[];
  readonly #up: Struct;

  constructor(
    machine: Machine,
    id: number,
    space: Re,
    members: readonly Keyed<ObjectItem>[],
    goals: readonly Term[],
    up: Struct,
  ) {
    super(
      machine,
      id,
      space,
      members.some((m) => m.fresh),
    );
    this.#members = members;
    this.#goals = goals;
    this.#up = up;
  }

  override get receiver(): Struct {
    return this;
  }

  override settle(bytes: readonly number[]): Struct | null {
    const key: unknown = JSON.parse(lastValue(bytes));
    const members = this.#members.map(({ goal, item, wanted, fresh }) => ({
      goal,
      item: fresh ? item.remember(String(key)) : item,
      wanted,
      fresh: false,
    }));
    return this.machine.colon(members, this.#goals, this.#up, this.space);
  }

  protected override spaced(space: Re): Struct {
    return this.machine.colon(this.#members, this.#goals, this.#up, space);
  }

  override advance(byte: number): Next {
    if (byte !== 0x3a) return null;
    const waiting = this.machine.colon(this.#members, this.#goals, this.#up);
    return this.machine.value(this.#goals, waiting, this.machine.space, this.unsettled);
  }

  override child(satisfied: readonly number[]): Struct | null {
    const members = this.#members.filter((m) => satisfied.includes(m.wanted));
    if (members.length === 0) return null;
    return this.machine.object(
      'after',
      members.map(({ goal, item }) => ({ goal, item })),
      this.#up,
    );
  }
}
