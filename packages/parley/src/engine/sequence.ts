import type { SequenceOptions } from './options.ts';
import type { SequenceId, TokenId } from './runtime.ts';
import type { SequenceSampler } from './sampler/sampler.ts';
import type { OutputText } from './text/output-text.ts';

export interface SequenceInit {
  /** Of the request; unique among the open ones. */
  readonly request: number;
  readonly choice: number;
  readonly prompt: readonly TokenId[];
  readonly options: SequenceOptions;
  readonly seed: bigint;
  /** Lower runs earlier. */
  readonly priority: number;
  /** Prefixes are shared only between equal salts. */
  readonly salt: string;
  /** Another choice of the same prompt, whose prefill this one waits for. */
  readonly leader?: Sequence;
  /** Milliseconds on the engine's clock. */
  readonly arrivedAt: number;
}

/** One choice of one request, from the queue to its last token. Plain state: the scheduler and the engine move it. */
export class Sequence {
  readonly request: number;
  readonly choice: number;
  readonly options: SequenceOptions;
  readonly seed: bigint;
  readonly priority: number;
  readonly salt: string;
  readonly leader: Sequence | undefined;
  readonly arrivedAt: number;
  readonly promptLength: number;
  /** Prompt, then the sampled tokens. */
  readonly tokens: Int32Array;
  /** Entries of `tokens` in use. */
  length: number;
  /** How many of `tokens` have their KV cells in the slot. */
  computed = 0;
  /** Prompt tokens that were reused and not computed. */
  cached = 0;
  slot: SequenceId | undefined;
  ended = false;
  /** Made on admission, so that a waiting request costs no more than its prompt. */
  sampler: SequenceSampler | undefined;
  text: OutputText | undefined;
  admittedAt = 0;
  firstTokenAt = 0;
  /** Sampled tokens that a text piece has accounted for. */
  reported = 0;

  constructor(init: SequenceInit, contextLength: number) {
    this.request = init.request;
    this.choice = init.choice;
    this.options = init.options;
    this.seed = init.seed;
    this.priority = init.priority;
    this.salt = init.salt;
    this.leader = init.leader;
    this.arrivedAt = init.arrivedAt;
    this.promptLength = init.prompt.length;
    this.tokens = new Int32Array(Math.min(contextLength + 1, init.prompt.length + init.options.maxTokens));
    this.tokens.set(init.prompt);
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
    this.tokens[this.length++] = token;
  }
}
