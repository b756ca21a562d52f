export type TokenId = number;
/** Index of a place in the KV cache: 0 .. sequenceLimit - 1. */
export type SequenceId = number;

export type TokenKind = 'normal' | 'unknown' | 'control' | 'user-defined' | 'unused' | 'byte';

/** What the model's vocabulary says of its tokens. Everything here is fixed when the model is loaded. */
export interface Vocabulary {
  readonly size: number;
  /** Tokens that end a generation. */
  readonly endOfGeneration: ReadonlySet<TokenId>;
  readonly bos: TokenId | undefined;
  readonly eos: TokenId | undefined;
  /** Whether the model wants its bos token in front of a prompt. */
  readonly addBos: boolean;
  /** Bytes that the token adds to the text; for control tokens those of its name, as `<|im_end|>`. */
  bytes(token: TokenId): Uint8Array;
  kind(token: TokenId): TokenKind;
}

export interface TokenizeOptions {
  /** Whether the names of control tokens in the text become these tokens. */
  readonly special: boolean;
  /** Whether the bos token is put in front where the model wants one. */
  readonly addBos: boolean;
}

/** Text to tokens. It may take long for long texts, so it does not live on the engine thread. */
export interface Tokenizer {
  readonly vocabulary: Vocabulary;
  tokenize(text: string, options: TokenizeOptions): TokenId[];
  close(): void;
}

/**
 * The tokens of one step, written by the engine into memory that the runtime owns.
 * Row `i` says: token `tokens[i]` stands at position `positions[i]` of sequence `sequences[i]`,
 * and its logits are wanted when `outputs[i]` is 1. All arrays hold `batchLimit` entries.
 */
export interface Batch {
  length: number;
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  readonly sequences: Int32Array;
  readonly outputs: Int8Array;
}

/** The model and nothing else: no policy, no queue. `llama/` and `toy/` implement it. */
export interface Runtime {
  readonly vocabulary: Vocabulary;
  /** Tokens that one sequence can hold. */
  readonly contextLength: number;
  /** Rows that one batch can hold. */
  readonly batchLimit: number;
  readonly sequenceLimit: number;
  /** Rows of one batch whose logits can be wanted. */
  readonly outputLimit: number;
  /** False where a sequence can only be copied or emptied as a whole (recurrent and hybrid models). */
  readonly partialPrefix: boolean;
  /** Why tokens that may come next cannot be tried together, without another answer than one by one; undefined where they can. */
  readonly noDrafts: string | undefined;
  /** Prompt pieces of at least this many rows give the same logits however the prompt is cut; 1 where cuts never matter. */
  readonly invariantRows: number;
  readonly batch: Batch;
  /** Runs the batch. Positions of a sequence must go on without a gap. Throws when the model fails. */
  decode(): void;
  /** Tokens of a text that the model itself could write; control tokens in it stay text. For short texts. */
  tokenizeText(text: string): TokenId[];
  /** Raw logits of the `row`-th row whose output was wanted, in batch order: a view, valid until the next decode. */
  logits(row: number): Float32Array;
  /** Makes `to` hold the first `length` tokens of `from`; what `to` held is dropped. */
  copyPrefix(from: SequenceId, to: SequenceId, length: number): void;
  /** Keeps the first `length` tokens of the sequence, 0 empties it. */
  truncate(sequence: SequenceId, length: number): void;
  close(): void;
}
