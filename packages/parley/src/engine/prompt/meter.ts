/** Work and memory that one rendering may use. The units are small: what matters is that they are bounded. */
export interface MeterLimits {
  /** Evaluated nodes of the template. */
  readonly steps: number;
  /** Entries of all lists that the template makes. */
  readonly entries: number;
  /** Characters of all strings that the template makes. */
  readonly characters: number;
}

export const METER_LIMITS: MeterLimits = { steps: 20_000_000, entries: 5_000_000, characters: 64_000_000 };

/** A long conversation is copied by every concatenation that adds to it. */
const COPIES_OF_INPUT = 32;

/**
 * Counts what a template makes, because a JavaScript heap that runs full ends the process, also that of a worker thread
 * with a limit of its own.
 */
export class Meter {
  #steps: number;
  #entries: number;
  #characters: number;

  constructor(limits: MeterLimits, inputCharacters: number) {
    this.#steps = limits.steps;
    this.#entries = limits.entries;
    this.#characters = limits.characters + COPIES_OF_INPUT * inputCharacters;
  }

  step(): void {
    if (--this.#steps < 0) throw new MeterError('it takes too many steps');
  }

  list(length: number): void {
    this.#entries -= length;
    if (!(this.#entries >= 0)) throw new MeterError('its lists are too long');
  }

  text(length: number): void {
    this.#characters -= length;
    if (this.#characters < 0) throw new MeterError('its text is too long');
  }
}

/** Says that a template used more than it may. */
export class MeterError extends Error {
  override readonly name = 'MeterError';
}
