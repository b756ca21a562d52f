/** Byte strings, one after the other: string `i` is `bytes[offsets[i]]` up to `bytes[offsets[i + 1]]`. */
export interface PackedStrings {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

export function packStrings(strings: readonly Uint8Array[]): PackedStrings {
  const offsets = new Uint32Array(strings.length + 1);
  for (let i = 0; i < strings.length; i++) offsets[i + 1] = offsets[i]! + strings[i]!.length;
  const bytes = new Uint8Array(offsets[strings.length]!);
  let at = 0;
  // Most strings are so short that a loop is faster than a call of `set` for each.
  for (const string of strings) for (let i = 0; i < string.length; i++) bytes[at++] = string[i]!;
  return { bytes, offsets };
}

/** Byte strings in the order of their bytes, a beginning before what goes on: equal beginnings are neighbours. */
export class SortedStrings {
  /** Which of the packed strings stands at each place. */
  readonly order: Int32Array;
  readonly #packed: PackedStrings;

  /** `chosen`: numbers of the strings to sort, if not all. */
  constructor(packed: PackedStrings, chosen: readonly number[] = numbersOf(packed)) {
    this.#packed = packed;
    this.order = sorted(packed, chosen);
  }

  get size(): number {
    return this.order.length;
  }

  /** Bytes of the string at this place. */
  length(place: number): number {
    const { offsets } = this.#packed;
    const string = this.order[place]!;
    return offsets[string + 1]! - offsets[string]!;
  }

  /** -1 behind the end. */
  byte(place: number, at: number): number {
    const { bytes, offsets } = this.#packed;
    const string = this.order[place]!;
    const position = offsets[string]! + at;
    return position < offsets[string + 1]! ? bytes[position]! : -1;
  }

  /** First place from `low` up to `high`, whose strings share their first `at` bytes, with a byte there of at least `least`. */
  bound(low: number, high: number, at: number, least: number): number {
    let [from, to] = [low, high];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.byte(middle, at) < least) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function numbersOf({ offsets }: PackedStrings): number[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => i);
}

/**
 * Sorts by the first four bytes as numbers, which is much faster than comparing, and then what is equal in them by
 * comparing. Four bytes and the string's number are exact in a float below 2^21 strings.
 */
function sorted(packed: PackedStrings, chosen: readonly number[]): Int32Array {
  const count = packed.offsets.length - 1;
  const { length } = chosen;
  // Loops: `from` and `map` of typed arrays take several times as long, and vocabularies are large.
  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) keys[i] = headOf(packed, chosen[i]!) * count + chosen[i]!;
  keys.sort();
  const order = new Int32Array(length);
  for (let i = 0; i < length; i++) order[i] = keys[i]! % count;
  const compare = (a: number, b: number): number => compareStrings(packed, a, b);
  for (let from = 0; from < length; ) {
    const next = (Math.floor(keys[from]! / count) + 1) * count;
    let to = from + 1;
    while (to < length && keys[to]! < next) to++;
    if (to - from > 1) order.subarray(from, to).sort(compare);
    from = to;
  }
  return order;
}

/** The first four bytes as a number; zeros behind the end, so a tie is no equality. */
function headOf({ bytes, offsets }: PackedStrings, string: number): number {
  const start = offsets[string]!;
  const end = offsets[string + 1]!;
  let value = 0;
  for (let at = start; at < start + 4; at++) value = value * 256 + (at < end ? bytes[at]! : 0);
  return value;
}

function compareStrings({ bytes, offsets }: PackedStrings, a: number, b: number): number {
  const endA = offsets[a + 1]!;
  const endB = offsets[b + 1]!;
  let atA = offsets[a]!;
  let atB = offsets[b]!;
  while (atA < endA && atB < endB) {
    const difference = bytes[atA++]! - bytes[atB++]!;
    if (difference !== 0) return difference;
  }
  return endA - atA - (endB - atB);
}
