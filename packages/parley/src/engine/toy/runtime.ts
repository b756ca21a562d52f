import type { Batch, Runtime, SequenceId, TokenId } from '../runtime.ts';
import { ToyVocabulary } from './vocabulary.ts';

export interface ToyRuntimeOptions {
  readonly contextLength?: number;
  readonly batchLimit?: number;
  readonly sequenceLimit?: number;
  readonly outputLimit?: number;
  readonly partialPrefix?: boolean;
  /** Called before each decode: to fail on purpose. */
  readonly onDecode?: (batch: Batch) => void;
}

/**
 * A model without weights: the logits of a position are a fixed function of all tokens up to it, so a wrong prefix
 * copy, a gap or a mixed-up row changes the text. It throws whenever its caller breaks the contract of `Runtime`.
 */
export class ToyRuntime implements Runtime {
  readonly vocabulary = new ToyVocabulary();
  readonly contextLength: number;
  readonly batchLimit: number;
  readonly sequenceLimit: number;
  readonly outputLimit: number;
  readonly partialPrefix: boolean;
  readonly noDrafts: string | undefined;
  readonly invariantRows = 1;
  readonly batch: Batch;
  readonly counts = { decodes: 0, tokens: 0, copies: 0 };
  readonly #cells: TokenId[][];
  readonly #onDecode: ((batch: Batch) => void) | undefined;
  #rows: Float32Array[] = [];

  constructor(options: ToyRuntimeOptions = {}) {
    this.contextLength = options.contextLength ?? 64;
    this.batchLimit = options.batchLimit ?? 32;
    this.sequenceLimit = options.sequenceLimit ?? 8;
    this.outputLimit = options.outputLimit ?? this.batchLimit;
    this.partialPrefix = options.partialPrefix ?? true;
    this.noDrafts = this.partialPrefix ? undefined : 'a part of a sequence cannot stay';
    this.#onDecode = options.onDecode;
    this.#cells = Array.from({ length: this.sequenceLimit }, () => []);
    const ints = () => new Int32Array(this.batchLimit);
    const outputs = new Int8Array(this.batchLimit);
    this.batch = { length: 0, tokens: ints(), positions: ints(), sequences: ints(), outputs };
  }

  /** What a sequence holds, for assertions. */
  held(sequence: SequenceId): readonly TokenId[] {
    return this.#cells[sequence];
  }

  decode(): void {
    const { length, tokens, positions, sequences, outputs } = this.batch;
    if (length < 1 || length > this.batchLimit)
      throw new Error(`batch of ${length} rows, limit ${this.batchLimit}`);
    this.#onDecode?.(this.batch);
    this.#rows = [];
    for (let i = 0; i < length; i++) {
      const cells = this.#cellsOf(sequences[i]);
      if (positions[i] !== cells.length) {
        throw new Error(
          `gap: position ${positions[i]} of sequence ${sequences[i]}, which holds ${cells.length}`,
        );
      }
      if (cells.length >= this.contextLength) throw new Error(`sequence ${sequences[i]} is full`);
      if (tokens[i] < 0 || tokens[i] >= this.vocabulary.size)
        throw new Error(`token ${tokens[i]} does not exist`);
      cells.push(tokens[i]);
      if (outputs[i]) this.#rows.push(toyLogits(cells, this.vocabulary.size));
    }
    if (this.#rows.length > this.outputLimit)
      throw new Error(`${this.#rows.length} rows of logits, limit ${this.outputLimit}`);
    this.counts.decodes++;
    this.counts.tokens += length;
  }

  tokenizeText(text: string): TokenId[] {
    return [...new TextEncoder().encode(text)];
  }

  logits(row: number): Float32Array {
    const logits = this.#rows[row];
    if (!logits) throw new Error(`no logits row ${row}`);
    return logits;
  }

  copyPrefix(from: SequenceId, to: SequenceId, length: number): void {
    const source = this.#cellsOf(from);
    if (from === to || length > source.length)
      throw new Error(`copy of ${length} tokens from ${from} to ${to}`);
    this.#cells[to] = source.slice(0, length);
    this.counts.copies++;
  }

  truncate(sequence: SequenceId, length: number): void {
    const cells = this.#cellsOf(sequence);
    if (length > cells.length) throw new Error(`truncate ${sequence} to ${length}, holds ${cells.length}`);
    if (!this.partialPrefix && length > 0 && length < cells.length)
      throw new Error(`a part of ${sequence} cannot stay`);
    cells.length = length;
  }

  close(): void {
    this.#rows = [];
  }

  #cellsOf(sequence: SequenceId): TokenId[] {
    const cells = this.#cells[sequence];
    if (!cells) throw new Error(`sequence ${sequence} of ${this.sequenceLimit}`);
    return cells;
  }
}

/** Lower-case letters and spaces are likely, the end is possible, the rest is rare. */
export function toyLogits(tokens: readonly TokenId[], size: number): Float32Array {
  let hash = 2166136261;
  for (const token of tokens) hash = Math.imul(hash ^ token, 16777619);
  const logits = new Float32Array(size);
  for (let id = 0; id < size; id++) {
    let x = Math.imul(hash ^ Math.imul(id + 1, 0x9e3779b1), 0x85ebca6b);
    x ^= x >>> 13;
    const noise = (Math.imul(x, 0xc2b2ae35) >>> 8) / 2 ** 24;
    const likely = (id >= 97 && id < 123) || id === 32;
    logits[id] = 4 * noise + (likely ? 3 : id === 256 ? 2.5 : -6);
  }
  return logits;
}
