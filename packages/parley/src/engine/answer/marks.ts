import type { TokenId, Vocabulary } from '../runtime.ts';

/** Control tokens that a form of answer is made of, by name. */
export class Marks {
  /** Shown in the text and allowed by the constraint. */
  readonly ids: ReadonlySet<TokenId>;
  /** Equal for equal sets. */
  readonly key: string;
  readonly #byName: ReadonlyMap<string, TokenId>;
  readonly #names: RegExp | undefined;

  constructor(byName: ReadonlyMap<string, TokenId>) {
    this.#byName = byName;
    this.ids = new Set(byName.values());
    this.key = [...this.ids].join(' ');
    const names = [...byName.keys()].map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    this.#names = names.length > 0 ? new RegExp(`(${names.join('|')})`) : undefined;
  }

  /** Tokens of a text as the model writes it: with the control token where its name stands. */
  tokenize(text: string, plain: (text: string) => TokenId[]): TokenId[] {
    if (!this.#names?.test(text)) return plain(text);
    return text.split(this.#names).flatMap((piece) => {
      const mark = this.#byName.get(piece);
      if (mark !== undefined) return mark;
      return piece === '' ? [] : plain(piece);
    });
  }
}

/** Sets of marks of one vocabulary, each made once: a model has a handful. */
export class MarkSets {
  readonly #vocabulary: Vocabulary;
  readonly #sets = new Map<string, Marks>();
  #controls: Map<string, TokenId> | undefined;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Names that are no control tokens of this vocabulary are left out: there they are written as plain text. */
  of(names: readonly string[]): Marks {
    const key = names.join('\0');
    let marks = this.#sets.get(key);
    if (!marks) {
      const controls = this.#controlTokens();
      marks = new Marks(
        new Map(
          names.flatMap((name) => {
            const id = controls.get(name);
            return id === undefined ? [] : [[name, id]];
          }),
        ),
      );
      this.#sets.set(key, marks);
    }
    return marks;
  }

  #controlTokens(): ReadonlyMap<string, TokenId> {
    if (this.#controls) return this.#controls;
    const controls = new Map<string, TokenId>();
    const utf8 = new TextDecoder();
    for (let id = 0; id < this.#vocabulary.size; id++) {
      if (this.#vocabulary.kind(id) === 'control') controls.set(utf8.decode(this.#vocabulary.bytes(id)), id);
    }
    this.#controls = controls;
    return controls;
  }
}
