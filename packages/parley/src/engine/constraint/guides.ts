import { Vocabulary as MaskVocabulary } from '@parley/constrain';
import type { Marks } from '../answer/marks.ts';
import type { Runtime, TokenId, Vocabulary } from '../runtime.ts';
import { type CompiledForm, compileForm } from './compile-form.ts';
import { Guide } from './guide.ts';

/** Compiled forms that are kept, least recently used first to go. */
const REMEMBERED = 64;

export interface GuideWish {
  readonly mayEnd: boolean;
  readonly marks: Marks;
}

/** The forms of one engine: each is compiled once, and its states and masks are shared by all sequences. */
export class Guides {
  readonly #runtime: Runtime;
  readonly #compiled = new Map<string, CompiledForm>();
  readonly #endMask: Uint32Array;
  /** By their marks. */
  readonly #vocabularies = new Map<string, MaskVocabulary>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    const { size, endOfGeneration } = runtime.vocabulary;
    this.#endMask = new Uint32Array((size + 31) >> 5);
    for (const id of endOfGeneration) this.#endMask[id >> 5]! |= 1 << (id & 31);
  }

  /** `json` is an OutputForm. Throws an ApiError 400 when it does not compile. */
  start(json: string, options: GuideWish): Guide {
    const { marks } = options;
    const { grammar, param } = this.#compile(json);
    return new Guide({
      state: grammar.start(this.#vocabulary(marks)),
      param,
      endMask: this.#endMask,
      mayEnd: options.mayEnd,
      tokenize: (text) => marks.tokenize(text, (plain) => this.#runtime.tokenizeText(plain)),
    });
  }

  #vocabulary(marks: Marks): MaskVocabulary {
    let vocabulary = this.#vocabularies.get(marks.key);
    if (!vocabulary) {
      vocabulary = maskVocabulary(this.#runtime.vocabulary, marks.ids);
      this.#vocabularies.set(marks.key, vocabulary);
    }
    return vocabulary;
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

/** Control tokens never stand in a text, so they have no bytes here, but for the marks that an answer is made of. */
function maskVocabulary(vocabulary: Vocabulary, marks: ReadonlySet<TokenId>): MaskVocabulary {
  const none = new Uint8Array(0);
  const tokens = Array.from({ length: vocabulary.size }, (_, id) => {
    const kind = vocabulary.kind(id);
    if (marks.has(id)) return vocabulary.bytes(id);
    return kind === 'normal' || kind === 'byte' || kind === 'user-defined' ? vocabulary.bytes(id) : none;
  });
  return MaskVocabulary.from(tokens, { endOfText: [...vocabulary.endOfGeneration] });
}
