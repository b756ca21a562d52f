import { Vocabulary as MaskVocabulary } from '@parley/constrain';
import type { Marks } from '../answer/marks.ts';
import type { Runtime, TokenId, Vocabulary } from '../runtime.ts';
import { compileForm } from './compile-form.ts';
import { ForcedTokens } from './forced-tokens.ts';
import type { Form } from './form.ts';
import { Guide } from './guide.ts';

/** Forms that are kept, least recently used first to go. */
const REMEMBERED = 64;

export interface GuideWish {
  readonly mayEnd: boolean;
  readonly marks: Marks;
}

/** What forms with the same marks share. */
interface Writing {
  readonly vocabulary: MaskVocabulary;
  readonly forced: ForcedTokens;
}

/** The forms of one engine: each is compiled once, and its states and masks are shared by all sequences. */
export class Guides {
  readonly #runtime: Runtime;
  readonly #onWork: () => void;
  readonly #forms = new Map<string, Form>();
  readonly #endMask: Uint32Array;
  /** By their marks. */
  readonly #writings = new Map<string, Writing>();

  /** `onWork`: of CompileOptions. */
  constructor(runtime: Runtime, onWork: () => void) {
    this.#runtime = runtime;
    this.#onWork = onWork;
    const { size, endOfGeneration } = runtime.vocabulary;
    this.#endMask = new Uint32Array((size + 31) >> 5);
    for (const id of endOfGeneration) this.#endMask[id >> 5]! |= 1 << (id & 31);
  }

  /** `json` is an OutputForm; the same object for the same one. */
  form(json: string): Form {
    const form = this.#forms.get(json) ?? { json, compiled: undefined, busy: false };
    this.#forms.delete(json);
    this.#forms.set(json, form);
    const oldest = this.#forms.keys().next();
    if (this.#forms.size > REMEMBERED && !oldest.done) this.#forms.delete(oldest.value);
    return form;
  }

  /** Compiles the form, and finds what an answer may begin with. Throws an ApiError 400 when it does not compile. */
  compile(form: Form, marks: Marks): void {
    const { vocabulary } = this.#writing(marks);
    const compiled = compileForm(form.json, this.#onWork);
    compiled.grammar.start(vocabulary).mask();
    form.compiled = compiled;
  }

  /** `form` is compiled. */
  start(form: Form, { mayEnd, marks }: GuideWish): Guide {
    if (!form.compiled) throw new Error('a sequence was prepared before its form was');
    const { grammar, param } = form.compiled;
    const { vocabulary, forced } = this.#writing(marks);
    return new Guide({ state: grammar.start(vocabulary), param, endMask: this.#endMask, mayEnd, forced });
  }

  #writing(marks: Marks): Writing {
    let writing = this.#writings.get(marks.key);
    if (!writing) {
      writing = {
        vocabulary: maskVocabulary(this.#runtime.vocabulary, marks.ids),
        forced: new ForcedTokens((text) =>
          marks.tokenize(text, (plain) => this.#runtime.tokenizeText(plain)),
        ),
      };
      this.#writings.set(marks.key, writing);
    }
    return writing;
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
