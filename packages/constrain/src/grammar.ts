import type { Fuel } from './errors.ts';
import { Masks } from './mask/masks.ts';
import { ConstraintState, type Position } from './state.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

/** A compiled constraint. Its states and masks are shared by all texts that it guides. */
export class Grammar {
  readonly #start: Position;
  readonly #masks = new WeakMap<Vocabulary, Masks>();
  readonly #fuel: Fuel;
  readonly #maskFuel: number;

  constructor(start: Position, fuel: Fuel, maskFuel: number) {
    this.#start = start;
    this.#fuel = fuel;
    this.#maskFuel = maskFuel;
  }

  /** A text from its beginning. */
  start(vocabulary: Vocabulary): ConstraintState {
    let masks = this.#masks.get(vocabulary);
    if (!masks) {
      masks = new Masks(vocabulary, this.#fuel);
      this.#masks.set(vocabulary, masks);
    }
    const refuel = () => {
      this.#fuel.refill(this.#maskFuel);
    };
    return new ConstraintState(masks, vocabulary, this.#start, refuel);
  }
}
