import type { ChatEvent } from '../../core/event.ts';

type TextDelta = Extract<ChatEvent, { type: 'text-delta' }>;

/** Finds stop strings in the text of one choice, however it is cut, and holds back what may begin one. */
export class StopCutter {
  readonly #stops: readonly string[];
  readonly #keepsStop: boolean;
  #held: TextDelta[] = [];
  #text = '';

  constructor(stops: readonly string[], keepsStop: boolean) {
    this.#stops = stops;
    this.#keepsStop = keepsStop;
  }

  /** What may be passed on, and the stop string that ends the choice, if it is there. */
  push(event: TextDelta): { readonly events: TextDelta[]; readonly stop: string | undefined } {
    this.#held.push(event);
    this.#text += event.text;
    const match = this.#match();
    if (match === undefined) {
      return { events: this.#release(this.#text.length - this.#tail()).events, stop: undefined };
    }
    const { events, left } = this.#release(match.start + (this.#keepsStop ? match.stop.length : 0));
    const [first] = this.flush();
    if (first !== undefined && left > 0) events.push(beginning(first, left));
    return { events, stop: match.stop };
  }

  /** What is left, when no more text will come. */
  flush(): TextDelta[] {
    const rest = this.#held;
    this.#held = [];
    this.#text = '';
    return rest;
  }

  /** The match that ends first wins, and of those that end together the longest. */
  #match(): { readonly start: number; readonly stop: string } | undefined {
    let best: { readonly start: number; readonly stop: string } | undefined;
    for (const stop of this.#stops) {
      const start = this.#text.indexOf(stop);
      if (start < 0) continue;
      const end = start + stop.length;
      const bestEnd = best === undefined ? Number.POSITIVE_INFINITY : best.start + best.stop.length;
      if (end < bestEnd || (end === bestEnd && best !== undefined && start < best.start))
        best = { start, stop };
    }
    return best;
  }

  /** Length of the longest end of the text that begins a stop string. */
  #tail(): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, this.#text.length); length > longest; length--) {
        if (stop.startsWith(this.#text.slice(-length))) longest = length;
      }
    }
    return longest;
  }

  /**
   * The events whose text lies in the first `length` characters; one that may be divided is. `left`: how many of them
   * are in one that may not.
   */
  #release(length: number): { readonly events: TextDelta[]; readonly left: number } {
    const events: TextDelta[] = [];
    let left = length;
    for (let first = this.#held[0]; first !== undefined && first.text.length <= left; first = this.#held[0]) {
      events.push(first);
      this.#held.shift();
      left -= first.text.length;
    }
    const first = this.#held[0];
    // Tokens and their ids belong to the whole of it.
    if (left > 0 && first !== undefined && first.tokens === undefined && first.tokenIds === undefined) {
      events.push({ ...first, text: first.text.slice(0, left) });
      this.#held[0] = { ...first, text: first.text.slice(left), tokenCount: 0 };
      left = 0;
    }
    this.#text = this.#text.slice(length - left);
    return { events, left };
  }
}

/** With as many of the tokens as lie in it. */
function beginning(event: TextDelta, length: number): TextDelta {
  const text = event.text.slice(0, length);
  return { ...event, text, ...(event.tokens && { tokens: within(event.tokens, Buffer.byteLength(text)) }) };
}

function within<T extends { readonly bytes: Uint8Array }>(
  tokens: readonly T[],
  length: number,
): readonly T[] {
  let left = length;
  return tokens.filter(({ bytes }) => {
    left -= bytes.length;
    return left >= 0;
  });
}
