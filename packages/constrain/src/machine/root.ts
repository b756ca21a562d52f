import type { Re } from '../regex/pool.ts';
import type { Machine } from './machine.ts';
import { type Next, Struct } from './struct.ts';

/** Hears of the whole value. */
export class Root extends Struct {
  readonly #after: Struct;

  constructor(machine: Machine, id: number, space: Re, after: Struct) {
    super(machine, id, space);
    this.#after = after;
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
    return satisfied.length > 0 ? this.#after : null;
  }
}

/** After the whole value. */
export class Done extends Struct {
  override get receiver(): Struct {
    return this;
  }

  override get accepting(): boolean {
    return true;
  }

  protected override spaced(_space: Re): Struct {
    return this;
  }

  override advance(_byte: number): Next {
    return null;
  }

  override child(_satisfied: readonly number[]): Struct | null {
    return null;
  }
}
