import type { Machine } from '../machine/machine.ts';
import type { Next } from '../machine/struct.ts';
import { move } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';
import { someLive } from './some-live.ts';
import { TextPlace, type Utf8 } from './text-place.ts';

const MAX_PLACES = 20_000;

/** The shared places of one expression's texts. */
export class RegexPlaces {
  readonly #machine: Machine;
  readonly #table = new Map<Re, RegexPlace>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  at(re: Re): RegexPlace {
    let place = this.#table.get(re);
    if (!place) {
      place = new RegexPlace(this.#machine, this.#machine.nextId(), this, re, null);
      if (this.#table.size >= MAX_PLACES) this.#table.clear();
      this.#table.set(re, place);
    }
    return place;
  }

  within(re: Re, utf8: Utf8): RegexPlace {
    return new RegexPlace(this.#machine, -1, this, re, utf8);
  }
}

class RegexPlace extends TextPlace {
  readonly #places: RegexPlaces;
  readonly #re: Re;

  constructor(machine: Machine, id: number, places: RegexPlaces, re: Re, utf8: Utf8 | null) {
    super(machine, id, utf8);
    this.#places = places;
    this.#re = re;
  }

  override get accepting(): boolean {
    return this.utf8 === null && this.#re.nullable;
  }

  protected override point(codePoint: number): Next {
    const { pool, liveness } = this.machine.algebra;
    const next = move(pool, this.#re, codePoint);
    return liveness.live(next) ? this.#places.at(next) : null;
  }

  protected override somePoint(low: number, high: number): boolean {
    return someLive(this.machine.algebra, this.#re, low, high);
  }

  protected override within(utf8: Utf8): Next {
    return this.#places.within(this.#re, utf8);
  }
}
