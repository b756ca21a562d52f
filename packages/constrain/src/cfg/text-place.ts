import type { Machine } from '../machine/machine.ts';
import { type Next, Struct } from '../machine/struct.ts';

/** Bytes of a character that is not complete: `left` to come, of which the least value is `least`. */
export type Utf8 = { value: number; left: number; least: number };

/** A place in text that is read character by character. */
export abstract class TextPlace extends Struct {
  protected readonly utf8: Utf8 | null;

  constructor(machine: Machine, id: number, utf8: Utf8 | null) {
    super(machine, id, machine.algebra.pool.eps);
    this.utf8 = utf8;
  }

  override get transient(): boolean {
    return this.utf8 !== null;
  }

  override get receiver(): Struct {
    return this;
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
    if (!this.utf8) {
      if (byte < 0x80) return this.point(byte);
      if (byte < 0xc2 || byte > 0xf4) return null;
      const left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      return this.#partial(byte & (0x3f >> left), left, [0x80, 0x800, 0x10000][left - 1]!);
    }
    if (byte < 0x80 || byte > 0xbf) return null;
    return this.#partial(this.utf8.value * 64 + (byte & 0x3f), this.utf8.left - 1, this.utf8.least);
  }

  #partial(value: number, left: number, least: number): Next {
    const low = Math.max(least, value * 64 ** left);
    const high = Math.min(0x10ffff, value * 64 ** left + 64 ** left - 1);
    if (low > high || (low >= 0xd800 && high <= 0xdfff)) return null;
    if (left === 0) return this.point(value);
    return this.somePoint(low, high) ? this.within({ value, left, least }) : null;
  }

  /** After a complete character. */
  protected abstract point(codePoint: number): Next;
  /** Whether some character of the range may come. */
  protected abstract somePoint(low: number, high: number): boolean;
  /** The same place inside a character. */
  protected abstract within(utf8: Utf8): Next;
}
