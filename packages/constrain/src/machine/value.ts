import type { ArrayItem } from '../json/array-item.ts';
import type { NumberState } from '../json/number-state.ts';
import type { ObjectItem } from '../json/object-item.ts';
import type { JsonType, Shape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import type { Machine, Member } from './machine.ts';
import { type Reading, simplified } from './string-reading.ts';
import { type Next, Struct } from './struct.ts';

/** Before a value that is read for several goals at once. */
export class Value extends Struct {
  readonly goals: readonly Term[];
  readonly #receiver: Struct;

  constructor(
    machine: Machine,
    id: number,
    space: Re,
    goals: readonly Term[],
    receiver: Struct,
    unsettled: boolean,
  ) {
    super(machine, id, space, unsettled);
    this.goals = goals;
    this.#receiver = receiver;
  }

  override get receiver(): Struct {
    return this.#receiver;
  }

  protected override spaced(space: Re): Struct {
    return this.machine.value(this.goals, this.#receiver, space, this.unsettled);
  }

  override child(satisfied: readonly number[]): Struct | null {
    return this.#receiver.child(satisfied);
  }

  override advance(byte: number): Next {
    switch (byte) {
      case 0x22:
        return this.#string();
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#array();
      case 0x74:
        return this.#literal('true');
      case 0x66:
        return this.#literal('false');
      case 0x6e:
        return this.#literal('null');
      default:
        return byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? this.#number(byte) : null;
    }
  }

  *#shapes<T extends JsonType>(type: T): Iterable<[number, Shape & { type: T }]> {
    for (const [goal, term] of this.goals.entries()) {
      for (const shape of this.machine.algebra.alternatives(term, type))
        yield [goal, shape as Shape & { type: T }];
    }
  }

  #string(): Next {
    const readings: Reading[] = [];
    for (const [tag, { re, min, max }] of this.#shapes('string'))
      readings.push(simplified({ tag, re, min, max }));
    return readings.length > 0 ? this.machine.lexers.string(readings) : null;
  }

  #number(byte: number): Next {
    const readings: { tag: number; state: NumberState }[] = [];
    for (const [tag, shape] of this.#shapes('number')) {
      const state = this.machine.algebra.numbers.start(shape).step(byte);
      if (state && !readings.some((r) => r.tag === tag && r.state === state)) readings.push({ tag, state });
    }
    return readings.length > 0 ? this.machine.lexers.number(readings) : null;
  }

  #literal(text: 'true' | 'false' | 'null'): Next {
    const tags = [...new Set([...this.#shapes(text)].map(([goal]) => goal))];
    return tags.length > 0 ? this.machine.lexers.literal(text, 1, tags) : null;
  }

  #object(): Next {
    const members: Member<ObjectItem>[] = [];
    for (const [goal, shape] of this.#shapes('object')) {
      members.push({ goal, item: this.machine.algebra.emptiness.objectStart(shape) });
    }
    return members.length > 0 ? this.machine.object('first', members, this.#receiver) : null;
  }

  #array(): Next {
    const members: Member<ArrayItem>[] = [];
    for (const [goal, shape] of this.#shapes('array')) {
      members.push({ goal, item: this.machine.algebra.emptiness.arrayStart(shape) });
    }
    return members.length > 0 ? this.machine.arrayFirst(members, this.#receiver) : null;
  }
}
