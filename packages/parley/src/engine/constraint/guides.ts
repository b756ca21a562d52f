import { Vocabulary as MaskVocabulary } from '@parley/constrain';
import type { Runtime, Vocabulary } from '../runtime.ts';
import { type CompiledForm, compileForm } from './compile-form.ts';
import { Guide } from './guide.ts';

/** Compiled forms that are kept, least recently used first to go. */
const REMEMBERED = 64;

/** The forms of one engine: each is compiled once, and its states and masks are shared by all sequences. */
export class Guides {
  readonly #runtime: Runtime;
  readonly #compiled = new Map<string, CompiledForm>();
  readonly #endMask: Uint32Array;
  #vocabulary: MaskVocabulary | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    const { size, endOfGeneration } = runtime.vocabulary;
    this.#endMask = new Uint32Array((size + 31) >> 5);
    for (const id of endOfGeneration) this.#endMask[id >> 5]! |= 1 << (id & 31);
  }

  /** `json` is an OutputForm. Throws an ApiError 400 when it does not compile. */
  start(json: string, options: { readonly mayEnd: boolean }): Guide {
    this.#vocabulary ??= maskVocabulary(this.#runtime.vocabulary);
    const { grammar, param } = this.#compile(json);
    return new Guide({
      state: grammar.start(this.#vocabulary),
      param,
      endMask: this.#endMask,
      mayEnd: options.mayEnd,
      tokenize: (text) => this.#runtime.tokenizeText(text),
    });
  }

  #compile(json: string): CompiledForm {
    const known = this.#compiled.get(json);
    this.#compiled.delete(json);
    const compiled = known ?? compileForm(json);
    this.#compiled.set(json, compiled);
    const oldest = this.#compiled.keys().next();
    if (this.#compiled.size > REMEMBERED && !oldest.done) this.#compiled.delete(oldest.value);
    return compiled;
  }
}

/** Control tokens never stand in a text, so they have no bytes here. */
function maskVocabulary(vocabulary: Vocabulary): MaskVocabulary {
  const none = new Uint8Array(0);
  const tokens = Array.from({ length: vocabulary.size }, (_, id) => {
    const kind = vocabulary.kind(id);
    return kind === 'normal' || kind === 'byte' || kind === 'user-defined' ? vocabulary.bytes(id) : none;
  });
  return MaskVocabulary.from(tokens, { endOfText: [...vocabulary.endOfGeneration] });
}
