import type { Guide } from './constraint/guide.ts';
import type { SequenceOptions } from './options.ts';
import type { SequenceId, TokenId } from './runtime.ts';
import type { SequenceSampler } from './sampler/sampler.ts';
import type { OutputText } from './text/output-text.ts';

export interface SequenceInit {
  /** Of the request; unique among the open ones. */
  readonly request: number;
  readonly choice: number;
  /** Only read: all choices of a request may share it. */
  readonly prompt: Int32Array;
  readonly options: SequenceOptions;
  readonly seed: bigint;
  /** Lower runs earlier. */
  readonly priority: number;
  /** Prefixes are shared only between equal salts. */
  readonly salt: string;
  /** Another choice of the same prompt, whose prefill this one waits for. */
  readonly leader?: Sequence | undefined;
}

/** Entries by which `tokens` grows at least. */
const LEAST_GROWTH = 64;

/** One choice of one request, from the queue to its last token. Plain state: the scheduler and the engine move it. */
export class Sequence {
  readonly request: number;
  readonly choice: number;
  readonly options: SequenceOptions;
  readonly seed: bigint;
  readonly priority: number;
  readonly salt: string;
  readonly leader: Sequence | undefined;
  readonly promptLength: number;
  /** Prompt, then the sampled tokens. Replaced by a longer one as it grows: a waiting sequence costs nothing but its prompt. */
  tokens: Int32Array;
  /** Entries of `tokens` in use. */
  length: number;
  /** How many of `tokens` have their KV cells in the slot. */
  computed = 0;
  /** Prompt tokens that were reused and not computed. */
  cached = 0;
  slot: SequenceId | undefined;
  ended = false;
  /** Made on admission, for the same reason. */
  sampler: SequenceSampler | undefined;
  text: OutputText | undefined;
  /** Present when the answer must have a form. */
  guide: Guide | undefined;
  /** Sampled tokens that a text piece has accounted for. */
  reported = 0;

  constructor(init: SequenceInit) {
    this.request = init.request;
    this.choice = init.choice;
    this.options = init.options;
    this.seed = init.seed;
    this.priority = init.priority;
    this.salt = init.salt;
    this.leader = init.leader;
    this.promptLength = init.prompt.length;
    this.tokens = init.prompt;
    this.length = init.prompt.length;
  }

  get sampled(): number {
    return this.length - this.promptLength;
  }

  /** Whether the prompt is still being computed. */
  get prefilling(): boolean {
    return this.computed < this.promptLength;
  }

  append(token: TokenId): void {
    if (this.length === this.tokens.length) {
      const longer = new Int32Array(this.length + Math.max(LEAST_GROWTH, this.length >> 1));
      longer.set(this.tokens);
      this.tokens = longer;
    }
    this.tokens[this.length++] = token;
  }
}
