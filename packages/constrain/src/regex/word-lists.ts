import type { Fuel } from '../errors.ts';

/** Sorted distinct words; a `words` node is the range [lo, hi) of them with the first `depth` code points read. */
export type WordList = readonly (readonly number[])[];

type Word = { id: number; points: readonly number[] };

export function compareWords(a: readonly number[], b: readonly number[]): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

export function codePoints(text: string): number[] {
  const points: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++;
    points.push(point);
  }
  return points;
}

/** Makes lists of words; equal lists are the same object, and lists share their words. */
export class WordLists {
  readonly #fuel: Fuel;
  readonly #words = new Map<string, Word>();
  readonly #lists = new Map<string, WordList>();
  readonly #known = new Map<WordList, { id: number; words: readonly Word[] }>();

  constructor(fuel: Fuel) {
    this.#fuel = fuel;
  }

  of(texts: readonly string[]): WordList {
    this.#fuel.spend(texts.length);
    return this.#list([...new Set(texts)].map((text) => this.#word(text)));
  }

  union(lists: readonly WordList[]): WordList {
    return this.#list([...new Set(lists.flatMap((list) => this.#known.get(list)!.words))]);
  }

  idOf(list: WordList): number {
    return this.#known.get(list)!.id;
  }

  #word(text: string): Word {
    let word = this.#words.get(text);
    if (!word) {
      this.#fuel.spend(3 + (text.length >> 3));
      word = { id: this.#words.size, points: codePoints(text) };
      this.#words.set(text, word);
    }
    return word;
  }

  #list(distinct: readonly Word[]): WordList {
    this.#fuel.spend(distinct.length);
    const key = distinct
      .map((w) => w.id)
      .sort((a, b) => a - b)
      .join();
    let list = this.#lists.get(key);
    if (!list) {
      const words = [...distinct].sort((a, b) => compareWords(a.points, b.points));
      list = words.map((w) => w.points);
      this.#lists.set(key, list);
      this.#known.set(list, { id: this.#known.size, words });
    }
    return list;
  }
}
