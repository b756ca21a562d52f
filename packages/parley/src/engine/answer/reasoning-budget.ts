import type { TokenId } from '../runtime.ts';
import { incompleteTail } from '../text/utf8.ts';

export interface ReasoningBudgetOptions {
  /** Tokens of reasoning, at least 1. */
  readonly limit: number;
  /** Whether the prompt ends inside of the block; otherwise the model may begin one, but only first thing. */
  readonly isOpen: boolean;
  readonly begin: string;
  readonly end: string;
  /** Tokens that close the block. */
  readonly closing: readonly TokenId[];
}

/** Closes the reasoning of one sequence when it has used up its tokens. */
export class ReasoningBudget {
  readonly #options: ReasoningBudgetOptions;
  readonly #begin: Buffer;
  readonly #end: Buffer;
  #state: 'before' | 'inside' | 'closing' | 'over';
  /** The last bytes of the text: enough to see a mark that is cut into tokens. */
  #tail: Buffer = Buffer.alloc(0);
  #count = 0;
  #closed = 0;

  constructor(options: ReasoningBudgetOptions) {
    this.#options = options;
    this.#begin = Buffer.from(options.begin);
    this.#end = Buffer.from(options.end);
    this.#state = options.isOpen ? 'inside' : 'before';
  }

  /** The one token that may come next; undefined while the model is free. */
  get next(): TokenId | undefined {
    return this.#state === 'closing' ? this.#options.closing[this.#closed] : undefined;
  }

  advance(bytes: Uint8Array): void {
    if (this.#state === 'over') return;
    if (this.#state === 'closing') {
      this.#closed++;
      if (this.#closed === this.#options.closing.length) this.#state = 'over';
      return;
    }
    this.#tail = Buffer.concat([this.#tail, bytes]);
    if (this.#state === 'before') this.#maybeBegin();
    else this.#think();
  }

  #maybeBegin(): void {
    const text = trimStart(this.#tail);
    if (text.length < this.#begin.length) {
      if (!text.equals(this.#begin.subarray(0, text.length))) this.#state = 'over';
    } else if (text.subarray(0, this.#begin.length).equals(this.#begin)) {
      this.#state = 'inside';
      this.#tail = text.subarray(this.#begin.length);
    } else this.#state = 'over';
  }

  #think(): void {
    this.#count++;
    if (this.#tail.includes(this.#end)) {
      this.#state = 'over';
      return;
    }
    this.#tail = this.#tail.subarray(Math.max(0, this.#tail.length - this.#end.length - 4));
    // A character that is cut in two would never become whole.
    if (this.#count >= this.#options.limit && incompleteTail(this.#tail) === 0) this.#state = 'closing';
  }
}

function trimStart(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length && (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d)) at++;
  return bytes.subarray(at);
}
