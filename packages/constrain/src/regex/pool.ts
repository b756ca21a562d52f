import type { Fuel } from '../errors.ts';
import { type CharSet, FULL, unionSets } from './charset.ts';
import { UnicodeSets } from './unicode.ts';
import { type WordList, WordLists } from './word-lists.ts';

export type ReKind = 'empty' | 'eps' | 'class' | 'cat' | 'or' | 'and' | 'not' | 'rep' | 'words';

/** What follows each code point: piece i covers `starts[i]` up to the next start. */
export type Moves = { starts: number[]; to: Re[]; ascii: Re[] | null };

/** Lengths of the words in code points; `dense`: every length from min to max occurs. */
export type Lengths = { min: number; max: number; dense: boolean };

/** One hash-consed regular expression over code points: two equal ones of a pool are the same object. */
export class Re {
  readonly id: number;
  readonly kind: ReKind;
  readonly nullable: boolean;
  readonly parts: readonly Re[];
  readonly set: CharSet;
  readonly min: number;
  readonly max: number;
  readonly words: WordList;
  /** For `words`: depth already read; lo and hi are min and max. */
  readonly depth: number;
  moves: Moves | null = null;
  live: boolean | null = null;
  lengths: Lengths | null | undefined = undefined;

  constructor(id: number, init: ReInit) {
    this.id = id;
    this.kind = init.kind;
    this.nullable = init.nullable;
    this.parts = init.parts ?? NO_PARTS;
    this.set = init.set ?? NO_SET;
    this.min = init.min ?? 0;
    this.max = init.max ?? 0;
    this.words = init.words ?? NO_WORDS;
    this.depth = init.depth ?? 0;
  }
}

type ReInit = { kind: ReKind; nullable: boolean } & Partial<
  Pick<Re, 'parts' | 'set' | 'min' | 'max' | 'words' | 'depth'>
>;

const NO_PARTS: readonly Re[] = [];
const NO_SET: CharSet = [];
const NO_WORDS: WordList = [];

/** Makes expressions in a normal form (associative, commutative, idempotent), so that derivatives are finite in number. */
export class RePool {
  readonly #table = new Map<string, Re>();
  readonly #lists: WordLists;
  readonly #fuel: Fuel;
  readonly unicode: UnicodeSets;
  readonly empty: Re;
  readonly eps: Re;
  readonly any: Re;
  readonly char: Re;

  constructor(fuel: Fuel) {
    this.#fuel = fuel;
    this.#lists = new WordLists(fuel);
    this.unicode = new UnicodeSets(fuel);
    this.empty = this.#make('0', { kind: 'empty', nullable: false });
    this.eps = this.#make('1', { kind: 'eps', nullable: true });
    this.any = this.#make(`!${this.empty.id}`, { kind: 'not', nullable: true, parts: [this.empty] });
    this.char = this.cls(FULL);
  }

  /** Counts work that is done elsewhere for expressions of this pool. */
  charge(amount: number): void {
    this.#fuel.spend(amount);
  }

  get size(): number {
    return this.#table.size;
  }

  #make(key: string, init: ReInit): Re {
    const known = this.#table.get(key);
    if (known) return known;
    this.#fuel.spend(4);
    const made = new Re(this.#table.size, init);
    this.#table.set(key, made);
    return made;
  }

  cls(set: CharSet): Re {
    if (set.length === 0) return this.empty;
    return this.#make(`c${set.join(',')}`, { kind: 'class', nullable: false, set });
  }

  cat(a: Re, b: Re): Re {
    if (a.kind !== 'cat' || b === this.eps) return this.#pair(a, b);
    const heads: Re[] = [];
    let last = a;
    for (; last.kind === 'cat'; last = last.parts[1]!) heads.push(last.parts[0]!);
    let out = this.#pair(last, b);
    for (let i = heads.length - 1; i >= 0; i--) out = this.#pair(heads[i]!, out);
    return out;
  }

  #pair(a: Re, b: Re): Re {
    if (a === this.empty || b === this.empty) return this.empty;
    if (a === this.eps) return b;
    if (b === this.eps) return a;
    if (a === this.any && b === this.any) return a;
    return this.#make(`.${a.id},${b.id}`, { kind: 'cat', nullable: a.nullable && b.nullable, parts: [a, b] });
  }

  sequence(parts: readonly Re[]): Re {
    return parts.reduceRight((rest, part) => this.cat(part, rest), this.eps);
  }

  or(list: readonly Re[]): Re {
    const parts = this.#flatten('or', list, this.empty, this.any);
    if (!parts) return this.any;
    if (parts.length > 1) {
      mergeClasses(this, parts);
      this.#mergeWords(parts);
    }
    if (parts.length === 0) return this.empty;
    if (parts.length === 1) return parts[0]!;
    const nullable = parts.some((p) => p.nullable);
    return this.#make(`|${parts.map((p) => p.id).join(',')}`, { kind: 'or', nullable, parts });
  }

  and(list: readonly Re[]): Re {
    const parts = this.#flatten('and', list, this.any, this.empty);
    if (!parts) return this.empty;
    if (parts.length === 0) return this.any;
    if (parts.length === 1) return parts[0]!;
    if (parts.some((p) => p === this.eps)) return parts.every((p) => p.nullable) ? this.eps : this.empty;
    const nullable = parts.every((p) => p.nullable);
    return this.#make(`&${parts.map((p) => p.id).join(',')}`, { kind: 'and', nullable, parts });
  }

  /** Null when the absorbing element, or a part beside its own complement, decides the whole. */
  #flatten(kind: 'or' | 'and', list: readonly Re[], unit: Re, absorbing: Re): Re[] | null {
    const seen = new Set<Re>();
    for (const item of list) {
      for (const part of item.kind === kind ? item.parts : [item]) {
        if (part === absorbing) return null;
        if (part !== unit) seen.add(part);
      }
    }
    for (const part of seen) if (part.kind === 'not' && seen.has(part.parts[0]!)) return null;
    this.#fuel.spend(1 + seen.size);
    return [...seen].sort((a, b) => a.id - b.id);
  }

  not(a: Re): Re {
    if (a.kind === 'not') return a.parts[0]!;
    return this.#make(`!${a.id}`, { kind: 'not', nullable: !a.nullable, parts: [a] });
  }

  rep(a: Re, min: number, max: number): Re {
    if (max === 0 || a === this.eps) return this.eps;
    if (a === this.empty) return min === 0 ? this.eps : this.empty;
    if (min === 1 && max === 1) return a;
    if (a === this.any || (a.kind === 'rep' && a.min === 0 && a.max === Infinity)) return a;
    if (a === this.char && min === 0 && max === Infinity) return this.any;
    const low = a.nullable ? 0 : min;
    const key = `*${a.id},${low},${max}`;
    return this.#make(key, { kind: 'rep', nullable: low === 0, parts: [a], min: low, max });
  }

  literal(text: string): Re {
    return text === '' ? this.eps : this.words([text]);
  }

  /** Exactly these strings; reading is a narrowing search, whatever their number. */
  words(texts: readonly string[]): Re {
    return this.#whole(this.#lists.of(texts));
  }

  #whole(list: WordList): Re {
    return this.wordRange(list, 0, list.length, 0);
  }

  /** Lists of which nothing has been read yet become one. */
  #mergeWords(parts: Re[]): void {
    const lists = parts.filter(
      (p) => p.kind === 'words' && p.depth === 0 && p.max - p.min === p.words.length,
    );
    if (lists.length < 2) return;
    const merged = this.#whole(this.#lists.union(lists.map((p) => p.words)));
    const old = new Set([...lists, merged]);
    const rest = parts.filter((p) => !old.has(p));
    parts.splice(0, parts.length, ...[...rest, merged].sort((a, b) => a.id - b.id));
  }

  wordRange(words: WordList, lo: number, hi: number, depth: number): Re {
    if (lo >= hi) return this.empty;
    const nullable = words[lo]!.length === depth;
    if (nullable && hi - lo === 1) {
      const key = `w${this.#lists.idOf(words)},${lo}.`;
      return this.#make(key, { kind: 'words', nullable, words, min: lo, max: hi, depth });
    }
    const key = `w${this.#lists.idOf(words)},${lo},${hi},${depth}`;
    return this.#make(key, { kind: 'words', nullable, words, min: lo, max: hi, depth });
  }
}

function mergeClasses(pool: RePool, parts: Re[]): void {
  const classes = parts.filter((p) => p.kind === 'class');
  if (classes.length < 2) return;
  const merged = pool.cls(unionSets(...classes.map((c) => c.set)));
  const rest = parts.filter((p) => p.kind !== 'class' && p !== merged);
  rest.push(merged);
  parts.splice(0, parts.length, ...rest.sort((a, b) => a.id - b.id));
}
