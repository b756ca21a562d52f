import type { TokenId, TokenizeOptions, Tokenizer, Vocabulary } from '../runtime.ts';
import type { LlamaLibrary, Pointer } from './library.ts';
import { loadLibrary } from './library.ts';
import { locateLibraries } from './locate.ts';
import { openModel } from './model.ts';
import { readVocabulary } from './vocabulary.ts';

/** llama.cpp counts bytes and tokens in 32-bit integers. */
const MAX_TEXT_BYTES = 2 ** 30;

/**
 * Loads the vocabulary of a GGUF file without its weights. The result belongs to the calling thread and is independent of
 * any runtime, also of one for the same file.
 */
export async function loadTokenizer(modelPath: string): Promise<Tokenizer> {
  const library = loadLibrary(locateLibraries());
  const model = openModel(library, modelPath, { vocab_only: true });
  const pointer = library.modelVocabulary(model);
  const vocabulary = readVocabulary(library, pointer);
  return new LlamaTokenizer(library, model, pointer, vocabulary);
}

class LlamaTokenizer implements Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly #library: LlamaLibrary;
  readonly #model: Pointer;
  readonly #pointer: Pointer;
  #closed = false;

  constructor(library: LlamaLibrary, model: Pointer, pointer: Pointer, vocabulary: Vocabulary) {
    this.#library = library;
    this.#model = model;
    this.#pointer = pointer;
    this.vocabulary = vocabulary;
  }

  tokenize(text: string, options: TokenizeOptions): TokenId[] {
    if (this.#closed) throw new Error('The tokenizer is closed.');
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > MAX_TEXT_BYTES) {
      throw new RangeError(`A text of ${bytes.length} bytes cannot be tokenised, at most ${MAX_TEXT_BYTES}.`);
    }
    // A token stands for at least a byte, but for the prefix space of sentencepiece and the two ends.
    let out = new Int32Array(Math.min(bytes.length, 1 << 16) + 8);
    let length = this.#run(bytes, out, options);
    if (length < 0) {
      out = new Int32Array(-length);
      length = this.#run(bytes, out, options);
    }
    if (length < 0) throw new Error(`llama.cpp could not tokenise a text of ${bytes.length} bytes.`);
    // add_special also appends the end-of-text token where a model asks for it, which has no place in a prompt.
    if (options.addBos && length > 0 && this.#appendsEos(bytes, out, length, options)) length--;
    return Array.from(out.subarray(0, length));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#library.freeModel(this.#model);
  }

  #run(bytes: Uint8Array, out: Int32Array, { addBos, special }: TokenizeOptions): number {
    // koffi refuses a pointer to an empty array.
    const text = bytes.length === 0 ? new Uint8Array(1) : bytes;
    return this.#library.tokenize(this.#pointer, text, bytes.length, out, out.length, addBos, special);
  }

  #appendsEos(bytes: Uint8Array, out: Int32Array, length: number, options: TokenizeOptions): boolean {
    if (out[length - 1] !== this.vocabulary.eos) return false;
    const scratch = new Int32Array(length + 8);
    const plain = this.#run(bytes, scratch, { ...options, addBos: false });
    const withBos = this.vocabulary.addBos ? plain + 1 : plain;
    return length > withBos;
  }
}
