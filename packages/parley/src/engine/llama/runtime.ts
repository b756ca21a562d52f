import type { Batch, Runtime, SequenceId, TokenId, Vocabulary } from '../runtime.ts';
import type { BatchLimits, NativeBatch } from './batch.ts';
import { checkBatch, createBatch, decodeFailure } from './batch.ts';
import type { LlamaContext } from './context.ts';
import { openContext } from './context.ts';
import type { LlamaLibrary } from './library.ts';
import { loadLibrary } from './library.ts';
import { locateLibraries } from './locate.ts';
import type { LlamaOptions } from './options.ts';
import { Passes } from './passes.ts';
import { readVocabulary } from './vocabulary.ts';

const TO_THE_END = -1;
/** A larger buffer is not kept between copies. */
const COPY_BUFFER_LIMIT = 64 * 2 ** 20;

/**
 * A model in llama.cpp. It belongs to the thread that loaded it, and blocks that thread while it computes.
 *
 * Whatever could make native code abort is checked before the call and throws a RangeError that leaves the state as it
 * was. Without `unified` each sequence has its own KV cells and a copied prefix is a copy of those in use; with it a copy only marks shared cells.
 */
export class LlamaRuntime implements Runtime {
  readonly vocabulary: Vocabulary;
  readonly contextLength: number;
  readonly batchLimit: number;
  readonly sequenceLimit: number;
  /** Rows of a batch whose logits can be wanted. */
  readonly outputLimit: number;
  readonly batch: Batch;
  /** False where a sequence can only be copied or emptied as a whole (recurrent and hybrid models). */
  readonly partialPrefix: boolean;
  readonly noDrafts: string | undefined;
  /**
   * One row alone is computed by other code than several; from eight on no difference was seen, with flash attention from
   * 64 on, where it changes its kernel.
   */
  readonly invariantRows: number;
  readonly #library: LlamaLibrary;
  readonly #native: LlamaContext;
  readonly #batch: NativeBatch;
  readonly #passes: Passes;
  readonly #limits: BatchLimits;
  /** Tokens that each sequence holds. */
  readonly #lengths: Int32Array;
  readonly #next: Int32Array;
  #copyBuffer = new Uint8Array(0);
  #outputs = 0;
  #closed = false;

  /**
   * Loads model and context. Throws an Error that says which file, and what is wrong with it or with the options.
   * llama.cpp's list of compute backends belongs to the process and has no lock: threads load one after the other.
   */
  static async load(options: LlamaOptions): Promise<LlamaRuntime> {
    const library = loadLibrary(locateLibraries(), options.log);
    library.loadBackends();
    return new LlamaRuntime(library, openContext(library, options));
  }

  private constructor(library: LlamaLibrary, native: LlamaContext) {
    this.#library = library;
    this.#native = native;
    this.vocabulary = readVocabulary(library, library.modelVocabulary(native.model));
    const { contextLength, batchLimit, outputLimit, sequences } = native.options;
    this.contextLength = contextLength;
    this.batchLimit = batchLimit;
    this.outputLimit = outputLimit;
    this.sequenceLimit = sequences;
    this.partialPrefix = native.partialPrefix;
    this.noDrafts = noDrafts(native);
    this.invariantRows = native.options.flashAttention === 'off' ? 8 : 64;
    const vocabularySize = this.vocabulary.size;
    this.#limits = { vocabularySize, contextLength, sequenceLimit: sequences, batchLimit, outputLimit };
    this.#batch = createBatch(batchLimit);
    this.batch = this.#batch.rows;
    const { context } = native;
    this.#passes = new Passes({
      library,
      context,
      batch: this.#batch,
      batchLimit,
      outputLimit,
      vocabularySize,
      flashAttention: native.options.flashAttention !== 'off',
    });
    this.#lengths = new Int32Array(sequences);
    this.#next = new Int32Array(sequences);
  }

  decode(): void {
    this.#open();
    this.#outputs = 0;
    this.#next.set(this.#lengths);
    const outputs = checkBatch(this.batch, this.#next, this.#limits);
    const code = this.#passes.run(outputs);
    if (code !== 0) {
      this.#takeBack();
      throw new Error(`llama.cpp: ${decodeFailure(code)} (${code}, batch of ${this.batch.length}).`);
    }
    this.#lengths.set(this.#next);
    this.#outputs = outputs;
  }

  tokenizeText(text: string): TokenId[] {
    this.#open();
    const bytes = new TextEncoder().encode(text);
    if (bytes.length === 0) return [];
    const out = new Int32Array(bytes.length + 8);
    const vocabulary = this.#library.modelVocabulary(this.#native.model);
    const [addBos, special] = [false, false];
    const length = this.#library.tokenize(vocabulary, bytes, bytes.length, out, out.length, addBos, special);
    if (length < 0) throw new Error(`llama.cpp could not tokenise a text of ${bytes.length} bytes.`);
    return Array.from(out.subarray(0, length));
  }

  logits(row: number): Float32Array {
    if (!Number.isInteger(row) || row < 0 || row >= this.#outputs) {
      throw new RangeError(`Row ${row} of logits, but the last batch wanted ${this.#outputs}.`);
    }
    return this.#passes.rows[row]!;
  }

  copyPrefix(from: SequenceId, to: SequenceId, length: number): void {
    this.#open();
    this.#checkSequence(from);
    this.#checkSequence(to);
    this.#checkLength(from, length);
    if (from === to) {
      this.truncate(to, length);
      return;
    }
    this.#empty(to);
    if (length === 0) return;
    const { memory, options } = this.#native;
    const whole = length === this.#lengths[from];
    if (!whole && !this.partialPrefix) {
      throw new Error(
        `Sequence ${to}: of the ${this.#lengths[from]} tokens of sequence ${from} this model cannot copy the first ${length}.`,
      );
    }
    if (options.unified) {
      // Recurrent states know no ranges.
      this.#library.sequenceCopy(
        memory,
        from,
        to,
        this.partialPrefix ? 0 : TO_THE_END,
        whole ? TO_THE_END : length,
      );
      this.#lengths[to] = length;
      return;
    }
    this.#copyState(from, to);
    this.#lengths[to] = this.#lengths[from]!;
    if (!whole) this.truncate(to, length);
  }

  /**
   * Through a buffer of ours, which moves the cells in use: with cells of its own for each sequence,
   * llama_memory_seq_cp moves all cells that a sequence could have, many times as many.
   */
  #copyState(from: SequenceId, to: SequenceId): void {
    const { context } = this.#native;
    const size = Number(this.#library.stateSize(context, from));
    const buffer = this.#copyBuffer.length >= size ? this.#copyBuffer : new Uint8Array(size);
    if (size <= COPY_BUFFER_LIMIT) this.#copyBuffer = buffer;
    const read = Number(this.#library.stateRead(context, buffer, size, from));
    if (read !== size || Number(this.#library.stateWrite(context, buffer, size, to)) !== size) {
      throw new Error(`llama.cpp could not copy the ${size} bytes of sequence ${from} to sequence ${to}.`);
    }
  }

  truncate(sequence: SequenceId, length: number): void {
    this.#open();
    this.#checkSequence(sequence);
    this.#checkLength(sequence, length);
    // An empty one is emptied all the same: after a failed copy it may hold what the books do not know of.
    if (length > 0 && length === this.#lengths[sequence]) return;
    if (length > 0 && this.#library.sequenceRemove(this.#native.memory, sequence, length, TO_THE_END)) {
      this.#lengths[sequence] = length;
      return;
    }
    this.#empty(sequence);
    if (length > 0) {
      throw new Error(`Sequence ${sequence}: this model cannot go back to its first ${length} tokens.`);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outputs = 0;
    this.#passes.free();
    this.#native.free();
    this.#batch.free();
  }

  /** After a failed decode llama.cpp may hold part of the batch: back to what the sequences held before. */
  #takeBack(): void {
    for (let sequence = 0; sequence < this.sequenceLimit; sequence++) {
      const before = this.#lengths[sequence]!;
      if (this.#next[sequence] === before) continue;
      if (!this.#library.sequenceRemove(this.#native.memory, sequence, before, TO_THE_END))
        this.#empty(sequence);
    }
  }

  #empty(sequence: SequenceId): void {
    this.#library.sequenceRemove(this.#native.memory, sequence, TO_THE_END, TO_THE_END);
    this.#lengths[sequence] = 0;
  }

  #checkSequence(sequence: SequenceId): void {
    if (!Number.isInteger(sequence) || sequence < 0 || sequence >= this.sequenceLimit) {
      throw new RangeError(`Sequence ${sequence} is not in 0..${this.sequenceLimit - 1}.`);
    }
  }

  #checkLength(sequence: SequenceId, length: number): void {
    const held = this.#lengths[sequence]!;
    if (!Number.isInteger(length) || length < 0 || length > held) {
      throw new RangeError(`Sequence ${sequence} holds ${held} tokens, so it has no first ${length}.`);
    }
  }

  #open(): void {
    if (this.#closed) throw new Error('The runtime is closed.');
  }
}

/**
 * Without flash attention a row alone is computed by another kernel than several, and the last digits differ: of 30 greedy
 * answers of the shipped model four came out otherwise. With it no difference was seen below 64 rows.
 */
function noDrafts({ partialPrefix, options }: LlamaContext): string | undefined {
  if (!partialPrefix) return 'the model cannot go back to an earlier place in a text';
  if (options.flashAttention !== 'off') return undefined;
  return 'without flash attention tokens that are computed together can lead to other answers than one by one';
}
