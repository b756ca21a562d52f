import type { Fuel } from '../errors.ts';
import { type CharSet, charSet, FULL, unionSets } from './charset.ts';

export type ReKind = 'empty' | 'eps' | 'class' | 'cat' | 'or' | 'and' | 'not' | 'rep' | 'words';

/** What follows each code point: piece i covers `starts[i]` up to the next start. */
export type Moves = { starts: number[]; to: Re[]; ascii: Re[] | null };

/** Lengths of the words in code points; `dense`: every length from min to max occurs. */
export type Lengths = { min: number; max: number; dense: boolean };

/** Sorted distinct words; a `words` node is the range [lo, hi) of them with the first `depth` code points read. */
export type WordList = readonly (readonly number[])[];

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

export function compareWords(a: readonly number[], b: readonly number[]): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

export function codePoints(text: string): number[] {
  return Array.from(text, (c) => c.codePointAt(0)!);
}

/** Makes expressions in a normal form (associative, commutative, idempotent), so that derivatives are finite in number. */
export class RePool {
  readonly #table = new Map<string, Re>();
  readonly #wordIds = new Map<WordList, number>();
  readonly #wordLists = new Map<string, WordList>();
  /** Lists of names share their words. */
  readonly #points = new Map<string, readonly number[]>();
  readonly #fuel: Fuel;
  readonly empty: Re;
  readonly eps: Re;
  readonly any: Re;
  readonly char: Re;

  constructor(fuel: Fuel) {
    this.#fuel = fuel;
    this.empty = this.#make('0', { kind: 'empty', nullable: false });
    this.eps = this.#make('1', { kind: 'eps', nullable: true });
    this.any = this.#make(`!${this.empty.id}`, { kind: 'not', nullable: true, parts: [this.empty] });
    this.char = this.cls(FULL);
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
    if (a === this.empty || b === this.empty) return this.empty;
    if (a === this.eps) return b;
    if (b === this.eps) return a;
    if (a === this.any && b === this.any) return a;
    if (a.kind === 'cat') return this.cat(a.parts[0]!, this.cat(a.parts[1]!, b));
    return this.#make(`.${a.id},${b.id}`, { kind: 'cat', nullable: a.nullable && b.nullable, parts: [a, b] });
  }

  sequence(parts: readonly Re[]): Re {
    return parts.reduceRight((rest, part) => this.cat(part, rest), this.eps);
  }

  or(list: readonly Re[]): Re {
    const parts = this.#flatten('or', list, this.empty, this.any);
    if (!parts) return this.any;
    if (parts.length > 1) mergeClasses(this, parts);
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
    return this.sequence(codePoints(text).map((c) => this.cls(charSet([[c, c]]))));
  }

  /** Exactly these strings; reading is a narrowing search, whatever their number. */
  words(texts: Iterable<string>): Re {
    const distinct = [...new Set(texts)].sort();
    const key = JSON.stringify(distinct);
    this.#fuel.spend(distinct.length);
    let words = this.#wordLists.get(key);
    if (!words) {
      words = distinct.map((text) => this.#pointsOf(text)).sort(compareWords);
      this.#wordLists.set(key, words);
      this.#wordIds.set(words, this.#wordIds.size);
    }
    return this.wordRange(words, 0, words.length, 0);
  }

  #pointsOf(text: string): readonly number[] {
    let points = this.#points.get(text);
    if (!points) {
      points = codePoints(text);
      this.#points.set(text, points);
    }
    return points;
  }

  wordRange(words: WordList, lo: number, hi: number, depth: number): Re {
    if (lo >= hi) return this.empty;
    const nullable = words[lo]!.length === depth;
    if (nullable && hi - lo === 1) {
      const key = `w${this.#wordIds.get(words)},${lo}.`;
      return this.#make(key, { kind: 'words', nullable, words, min: lo, max: hi, depth });
    }
    const key = `w${this.#wordIds.get(words)},${lo},${hi},${depth}`;
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
