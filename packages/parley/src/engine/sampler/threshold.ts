/** Where a descending order of candidates is cut: those above `value`, and of those at `value` the ones up to `index`. */
export interface Threshold {
  readonly value: number;
  readonly index: number;
}

const BUCKETS = 256;
const SORTED = 32;

/** Sorts `order[0..count)` by value, greatest first, ties by index. */
export function sortDescending(values: Float32Array, order: Int32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const index = order[i]!;
    const value = values[index]!;
    let j = i - 1;
    for (; j >= 0; j--) {
      const other = values[order[j]!]!;
      if (other > value || (other === value && order[j]! < index)) break;
      order[j + 1] = order[j]!;
    }
    order[j + 1] = index;
  }
}

/**
 * Finds the shortest prefix of a descending order that reaches a given weight, without sorting: a histogram over the
 * range of values finds the bucket in which the weight is reached, and only that one is looked into further.
 */
export class ThresholdSearch {
  readonly #sums = new Float64Array(BUCKETS);

  /**
   * Candidate `i < count` has value `values[i]` and weight `weights[i]`, or 1 without weights; -Infinity is no candidate.
   * Undefined when all of them together do not reach `target`. `order` is scratch memory.
   */
  find(
    values: Float32Array,
    weights: Float32Array | undefined,
    count: number,
    target: number,
    order: Int32Array,
  ): Threshold | undefined {
    let active = 0;
    let high = -Infinity;
    let low = Infinity;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (value === -Infinity) continue;
      order[active++] = i;
      if (value > high) high = value;
      if (value < low) low = value;
    }
    let reached = 0;
    let certain = false;
    while (active > SORTED && high > low) {
      const scale = BUCKETS / (high - low);
      this.#fill(values, weights, order, active, high, scale);
      let bucket = 0;
      while (bucket < BUCKETS && reached + this.#sums[bucket]! < target) reached += this.#sums[bucket++]!;
      if (bucket === BUCKETS) {
        if (!certain) return undefined;
        // Only rounding can say so after an earlier round found the weight in this bucket.
        bucket = BUCKETS - 1;
      }
      certain = true;
      const from = high;
      let kept = 0;
      high = -Infinity;
      low = Infinity;
      for (let i = 0; i < active; i++) {
        const index = order[i]!;
        const value = values[index]!;
        if (bucketOf(from - value, scale) !== bucket) continue;
        order[kept++] = index;
        if (value > high) high = value;
        if (value < low) low = value;
      }
      active = kept;
    }
    if (high > low) sortDescending(values, order, active);
    for (let i = 0; i < active; i++) {
      const index = order[i]!;
      reached += weights === undefined ? 1 : weights[index]!;
      if (reached >= target || (certain && i === active - 1)) return { value: values[index]!, index };
    }
    return undefined;
  }

  #fill(
    values: Float32Array,
    weights: Float32Array | undefined,
    order: Int32Array,
    active: number,
    high: number,
    scale: number,
  ): void {
    const sums = this.#sums.fill(0);
    for (let i = 0; i < active; i++) {
      const index = order[i]!;
      sums[bucketOf(high - values[index]!, scale)]! += weights === undefined ? 1 : weights[index]!;
    }
  }
}

/** The greatest value is in bucket 0 and the least in the last one, so every round separates something. */
function bucketOf(distance: number, scale: number): number {
  return Math.min(BUCKETS - 1, Math.floor(distance * scale));
}
