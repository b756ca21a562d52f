import type { TokenId } from '../runtime.ts';
import { findNucleus } from './nucleus.ts';
import type { SamplerWorkspace } from './workspace.ts';

/**
 * Where the candidates are: all of the row, a list gathered from it, or the row from a threshold on.
 * `total` is the sum of their weights.
 */
type Extent =
  | { readonly kind: 'all' }
  | { readonly kind: 'list'; readonly count: number; readonly total: number }
  | { readonly kind: 'from'; readonly value: number; readonly last: TokenId; readonly total: number };

const ALL: Extent = { kind: 'all' };

/**
 * The tokens that may still be drawn. Nothing is gathered until a parameter narrows the row; a draw from the whole row
 * needs one pass and no list. Candidates are kept, and drawn, in the order of their ids.
 */
export class Candidates {
  readonly #workspace: SamplerWorkspace;
  #max = 0;
  #temperature = 1;
  /** Tokens below it are out. */
  #floor = -Infinity;
  /** How many there are where they come as a list. */
  #listed: number | undefined;
  #extent: Extent = ALL;

  constructor(workspace: SamplerWorkspace) {
    this.#workspace = workspace;
  }

  /**
   * Starts over with the workspace's row, or with the first `listed` of its list, whose ids ascend. `max` is the greatest
   * logit among them.
   */
  reset(max: number, listed?: number): void {
    this.#max = max;
    this.#listed = listed;
    this.#temperature = 1;
    this.#floor = -Infinity;
    this.#extent = ALL;
  }

  /** Lowest id among the greatest logits. */
  best(): TokenId {
    const { maxima, row, ids, values } = this.#workspace;
    if (this.#listed !== undefined) return ids[values.indexOf(this.#max)]!;
    return row.indexOf(this.#max, maxima.indexOf(this.#max) * 64);
  }

  /** Comes before everything that narrows by probability. */
  setTemperature(temperature: number): void {
    this.#temperature = temperature;
  }

  /** Drops tokens less probable than `ratio` times the most probable one. Comes before what gathers. */
  keepRatio(ratio: number): void {
    this.#floor = this.#max + this.#temperature * Math.log(ratio);
  }

  /** Keeps the `limit` most probable tokens; among equals, the lowest ids. */
  keepBest(limit: number): void {
    const { search, values, order } = this.#workspace;
    const least = this.#listed === undefined ? this.#workspace.boundOfBest(limit) : -Infinity;
    const count = this.#gather(Math.max(this.#floor, least)).count;
    if (count <= limit) return;
    const threshold = search.find(values, undefined, count, limit, order);
    if (threshold !== undefined) this.#narrow(count, threshold.value, threshold.index);
  }

  /** Keeps the smallest set of most probable tokens whose share of what is left reaches `share`. Comes last. */
  keepMass(share: number): void {
    const workspace = this.#workspace;
    if (this.#isWholeRow) {
      const nucleus = findNucleus(workspace, this.#max, this.#temperature, share);
      if (nucleus.kind === 'from') this.#extent = nucleus;
      else this.#narrow(nucleus.count, nucleus.value, nucleus.last);
      return;
    }
    const { search, valueWeights, values, order } = workspace;
    const { count, total } = this.#list();
    const threshold = search.find(values, valueWeights, count, share * total, order);
    if (threshold !== undefined) this.#narrow(count, threshold.value, threshold.index);
  }

  /** The token at `uniform` (in [0, 1)) of the distribution function, taken in the order of ids. */
  draw(uniform: number): TokenId {
    const { ids, valueWeights } = this.#workspace;
    if (this.#isWholeRow) {
      const total = this.#workspace.weigh(this.#max, this.#temperature);
      return this.#drawFromRow(uniform * total, -Infinity, -1);
    }
    if (this.#extent.kind === 'from') {
      const { total, value, last } = this.#extent;
      return this.#drawFromRow(uniform * total, value, last);
    }
    const { count, total } = this.#list();
    let rest = uniform * total;
    let place = 0;
    for (let i = 0; i < count; i++) {
      const weight = valueWeights[i]!;
      if (weight === 0) continue;
      place = i;
      if (rest < weight) break;
      rest -= weight;
    }
    return ids[place]!;
  }

  get #isWholeRow(): boolean {
    return this.#listed === undefined && this.#extent.kind === 'all' && this.#floor === -Infinity;
  }

  #list(): Extract<Extent, { kind: 'list' }> {
    return this.#extent.kind === 'list' ? this.#extent : this.#gather(this.#floor);
  }

  #gather(cut: number): Extract<Extent, { kind: 'list' }> {
    const count =
      this.#listed === undefined ? this.#workspace.collect(cut) : this.#keepFrom(this.#listed, cut);
    const total = this.#workspace.weighValues(count, this.#max, this.#temperature);
    const extent: Extent = { kind: 'list', count, total };
    this.#extent = extent;
    return extent;
  }

  /** Drops what is below the cut from the list. */
  #keepFrom(count: number, cut: number): number {
    if (cut === -Infinity) return count;
    const { ids, values } = this.#workspace;
    const least = Math.fround(cut);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (values[i]! < least) continue;
      ids[kept] = ids[i]!;
      values[kept++] = values[i]!;
    }
    return kept;
  }

  #narrow(count: number, value: number, last: number): void {
    const { ids, values, valueWeights } = this.#workspace;
    let kept = 0;
    let total = 0;
    for (let i = 0; i < count; i++) {
      const v = values[i]!;
      if (v < value || (v === value && i > last)) continue;
      ids[kept] = ids[i]!;
      values[kept] = v;
      const weight = valueWeights[i]!;
      valueWeights[kept++] = weight;
      total += weight;
    }
    this.#extent = { kind: 'list', count: kept, total };
  }

  /** `blockSums` holds the weight of each block from the threshold on. Rounding may let `amount` run out: then the last token. */
  #drawFromRow(amount: number, value: number, last: TokenId): TokenId {
    const { row, weights, blockSums, blockCount } = this.#workspace;
    let rest = amount;
    let block = 0;
    for (let b = 0; b < blockCount; b++) {
      const sum = blockSums[b]!;
      if (sum <= 0) continue;
      block = b;
      if (rest < sum) break;
      rest -= sum;
    }
    let token = block * 64;
    for (let i = block * 64; i < block * 64 + 64; i++) {
      const weight = weights[i]!;
      const logit = row[i]!;
      if (weight === 0 || logit < value || (logit === value && i > last)) continue;
      token = i;
      if (rest < weight) break;
      rest -= weight;
    }
    return token;
  }
}
