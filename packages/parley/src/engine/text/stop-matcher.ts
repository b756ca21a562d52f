import { invalidRequest } from '@parley/protocol/errors';

export interface StopMatch {
  readonly stop: string;
  /** Offsets in the bytes just scanned; `start` is negative where the match began in bytes scanned earlier. */
  readonly start: number;
  readonly end: number;
}

interface Automaton {
  readonly stop: string;
  readonly bytes: Uint8Array;
  /** `fallback[n]`: length of the longest proper prefix of the stop string that ends its first n bytes (Knuth, Morris, Pratt). */
  readonly fallback: Int32Array;
  /** How many bytes of the stop string the scanned bytes end with. */
  matched: number;
}

/**
 * Finds stop strings in UTF-8 that comes in pieces. The match that ends first wins, and of those that end together the
 * longest: a stop string ends the text as soon as it is there, however the text was cut, and nothing is ever read
 * beyond it in the hope of a longer one. The bytes themselves stay with the caller.
 */
export class StopMatcher {
  readonly #automata: readonly Automaton[];

  /** Throws an ApiError 400 for an empty stop string, which would match everywhere. */
  constructor(stops: readonly string[]) {
    this.#automata = stops.map((stop, i) => {
      if (stop === '') throw invalidRequest(`stop[${i}]`, 'A stop string must not be empty.');
      const bytes = new TextEncoder().encode(stop);
      return { stop, bytes, fallback: fallbacks(bytes), matched: 0 };
    });
  }

  /** How many of the bytes scanned so far may yet turn out to begin a stop string; always the last ones. */
  get held(): number {
    let held = 0;
    for (const { matched } of this.#automata) if (matched > held) held = matched;
    return held;
  }

  /** Goes on with more bytes, up to the first match. Matches that end in these bytes do not count unless `mayEnd`. */
  scan(bytes: Uint8Array, mayEnd = true): StopMatch | undefined {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      let found: Automaton | undefined;
      for (const automaton of this.#automata) {
        if (!step(automaton, byte)) continue;
        if (found === undefined || automaton.bytes.length > found.bytes.length) found = automaton;
      }
      if (found !== undefined && mayEnd) {
        const end = i + 1;
        return { stop: found.stop, start: end - found.bytes.length, end };
      }
    }
    return undefined;
  }
}

/** Whether the stop string ends with this byte. */
function step(automaton: Automaton, byte: number): boolean {
  const { bytes, fallback } = automaton;
  let matched = automaton.matched;
  while (matched > 0 && bytes[matched] !== byte) matched = fallback[matched]!;
  if (bytes[matched] === byte) matched++;
  const whole = matched === bytes.length;
  automaton.matched = whole ? fallback[matched]! : matched;
  return whole;
}

function fallbacks(bytes: Uint8Array): Int32Array {
  const fallback = new Int32Array(bytes.length + 1);
  let length = 0;
  for (let n = 1; n < bytes.length; n++) {
    while (length > 0 && bytes[n] !== bytes[length]) length = fallback[length]!;
    if (bytes[n] === bytes[length]) length++;
    fallback[n + 1] = length;
  }
  return fallback;
}
