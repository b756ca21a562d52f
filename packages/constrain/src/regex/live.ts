import type { Fuel } from '../errors.ts';
import { lengthsOf } from './lengths.ts';
import { movesOf, pieceEnd } from './moves.ts';
import type { Moves, Re, RePool } from './pool.ts';

/** Decides emptiness of languages, alone and together with bounds on the number of code points. */
export class Liveness {
  readonly #pool: RePool;
  readonly #fuel: Fuel;
  readonly #withLength = new Map<string, boolean>();

  constructor(pool: RePool, fuel: Fuel) {
    this.#pool = pool;
    this.#fuel = fuel;
  }

  /** Whether at least one word belongs to the language. */
  live(re: Re): boolean {
    re.live ??= this.#decide(re);
    return re.live;
  }

  #decide(re: Re): boolean {
    if (re.nullable) return true;
    switch (re.kind) {
      case 'empty':
        return false;
      case 'eps':
      case 'class':
      case 'words':
        return true;
      case 'cat':
        return this.#chain(re);
      case 'or':
        return re.parts.some((p) => this.live(p));
      case 'rep':
        return this.live(re.parts[0]!);
      case 'not':
        return re.parts[0]!.kind === 'words' || this.#search(re);
      case 'and':
        return this.#search(re);
    }
  }

  /** From the last piece on: long concatenations nest too deeply for recursion. */
  #chain(re: Re): boolean {
    const tails: Re[] = [];
    for (let at = re; at.kind === 'cat' && at.live === null; at = at.parts[1]!) tails.push(at);
    for (const at of tails.reverse()) at.live = this.live(at.parts[0]!) && this.live(at.parts[1]!);
    return re.live!;
  }

  /** Breadth first towards a word's end; what was walked through is remembered as living, or all of it as dead. */
  #search(start: Re): boolean {
    const from = new Map<Re, Re | null>([[start, null]]);
    for (const re of from.keys()) {
      if (re.nullable || re.live === true) {
        for (let at: Re | null = re; at; at = from.get(at)!) at.live = true;
        return true;
      }
      if (re.live === false) continue;
      this.#fuel.spend(4);
      const composite = re.kind === 'and' || re.kind === 'not';
      if (!composite && this.#decide(re)) {
        for (let at: Re | null = re; at; at = from.get(at)!) at.live = true;
        return true;
      }
      for (const next of successors(movesOf(this.#pool, re))) if (!from.has(next)) from.set(next, re);
    }
    for (const re of from.keys()) re.live = false;
    return false;
  }

  /** Whether a word of `min` up to `max` code points belongs to the language. */
  liveWithin(re: Re, min: number, max: number): boolean {
    if (min > max) return false;
    if (min === 0 && re.nullable) return true;
    if (min === 0 && max === Infinity) return this.live(re);
    if (re === this.#pool.any) return true;
    if (re.kind === 'not' && re.parts[0]!.kind === 'words' && max > 0) return true;
    const lengths = lengthsOf(re);
    if (lengths) {
      if (lengths.max < min || lengths.min > max) return false;
      if (lengths.dense) return true;
    }
    return this.#within(re, min, max);
  }

  #within(re: Re, min: number, max: number): boolean {
    const key = `${re.id},${min},${max}`;
    let known = this.#withLength.get(key);
    if (known === undefined) {
      known = this.#layers(re, min, max);
      this.#withLength.set(key, known);
    }
    return known;
  }

  /** The set of expressions after exactly k code points, for growing k; repeats of a set are skipped over. */
  #layers(re: Re, min: number, max: number): boolean {
    const seen = new Map<string, number>();
    let layer = new Set([re]);
    for (let k = 0; k <= max; k++) {
      if (k >= min && [...layer].some((r) => r.nullable || max === Infinity)) return true;
      const next = new Set<Re>();
      for (const r of layer) {
        this.#fuel.spend(2);
        for (const to of successors(movesOf(this.#pool, r))) if (this.live(to)) next.add(to);
      }
      if (next.size === 0) return false;
      const key = ids(next);
      const before = seen.get(key);
      if (before !== undefined && before >= min) return false;
      seen.set(key, k);
      if (before !== undefined && k < min) k += Math.floor((min - 1 - k) / (k - before)) * (k - before);
      layer = next;
    }
    return false;
  }

  /** The number of words, or Infinity; counts above 2^53 are Infinity as well. */
  count(re: Re): number {
    return this.#count(re, new Map());
  }

  #count(re: Re, memo: Map<Re, number>): number {
    if (!this.live(re)) return 0;
    const known = memo.get(re);
    if (known !== undefined) return known;
    this.#fuel.spend(4);
    memo.set(re, Infinity);
    const moves = movesOf(this.#pool, re);
    let total = re.nullable ? 1 : 0;
    for (let i = 0; i < moves.starts.length && total !== Infinity; i++) {
      const below = moves.to[i] === re && this.live(re) ? Infinity : this.#count(moves.to[i]!, memo);
      if (below > 0) total += below * (pieceEnd(moves, i) - moves.starts[i]! + 1);
    }
    const result = total > Number.MAX_SAFE_INTEGER ? Infinity : total;
    memo.set(re, result);
    return result;
  }
}

/** Distinct continuations, without those that only surrogates lead to. */
function successors(moves: Moves): Set<Re> {
  const out = new Set<Re>();
  for (let i = 0; i < moves.starts.length; i++) {
    const surrogates = moves.starts[i]! >= 0xd800 && pieceEnd(moves, i) <= 0xdfff;
    if (!surrogates && moves.to[i]!.kind !== 'empty') out.add(moves.to[i]!);
  }
  return out;
}

function ids(layer: ReadonlySet<Re>): string {
  return [...layer]
    .map((r) => r.id)
    .sort((a, b) => a - b)
    .join(',');
}
