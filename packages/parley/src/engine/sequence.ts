import type { ReasoningBudget } from './answer/reasoning-budget.ts';
import type { BeamSearch } from './beam-search.ts';
import type { Form } from './constraint/form.ts';
import type { Guide } from './constraint/guide.ts';
import type { Drafter } from './draft.ts';
import type { SequenceOptions } from './options.ts';
import type { SequenceId, TokenId } from './runtime.ts';
import type { PromptScores } from './sampler/prompt-scores.ts';
import type { SequenceSampler } from './sampler/sampler.ts';
import type { AnswerText } from './text/output-text.ts';

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
  /** Prefixes are shared only between equal salts; a symbol is the salt of one request alone. */
  readonly salt: string | symbol;
  /** Another choice of the same prompt, whose prefill this one waits for. */
  readonly leader?: Sequence | undefined;
  /** Present when the answer is expected to repeat a text. */
  readonly drafter?: Drafter | undefined;
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
  readonly salt: string | symbol;
  readonly leader: Sequence | undefined;
  readonly drafter: Drafter | undefined;
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
  /** Present when it holds a beam. */
  search: BeamSearch | undefined;
  /** Other sequences that get their places together with this one, or not at all. */
  companions: readonly Sequence[] = [];
  /** Whether nothing is to be computed for now, though it keeps its place. */
  idle = false;
  /** Made on admission, for the same reason. */
  sampler: SequenceSampler | undefined;
  text: AnswerText | undefined;
  /** Present when the answer must have a form. It waits for its place until the form is compiled. */
  form: Form | undefined;
  /** What keeps it in the form. */
  guide: Guide | undefined;
  /** Present when it may not think for as long as it likes. */
  reasoning: ReasoningBudget | undefined;
  /** Present when the prompt is scored. */
  scores: PromptScores | undefined;
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
    this.drafter = init.drafter;
    this.promptLength = init.prompt.length;
    this.tokens = init.prompt;
    this.length = init.prompt.length;
  }

  /** Whether the log probabilities of the prompt are wanted from this choice. */
  get scored(): boolean {
    return this.options.promptLogprobs !== undefined && this.leader === undefined;
  }

  get sampled(): number {
    return this.length - this.promptLength;
  }

  /** Whether the prompt is still being computed. */
  get prefilling(): boolean {
    return this.computed < this.promptLength;
  }

  /** Back to its prompt, without a place. */
  restart(): void {
    if (this.slot !== undefined) throw new Error('a sequence in the cache cannot be started again');
    // A copy: what the place keeps as a prefix is still written in the old one.
    this.tokens = this.tokens.slice(0, this.promptLength);
    this.length = this.promptLength;
    this.computed = 0;
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
