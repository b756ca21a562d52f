/** A set of Unicode scalar values: `[lo, hi, lo, hi, ...]`, inclusive, ascending, not adjacent, without surrogates. */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
const SURROGATES: CharSet = [0xd800, 0xdfff];

/** Sorts, merges and drops surrogates, which never occur in well-formed UTF-8. */
export function charSet(ranges: Iterable<readonly [number, number]>): CharSet {
  const sorted = [...ranges].filter(([lo, hi]) => lo <= hi).sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of sorted) {
    const last = out.length - 1;
    if (last > 0 && lo <= out[last]! + 1) out[last] = Math.max(out[last]!, hi);
    else out.push(lo, hi);
  }
  return overlapsSurrogates(out) ? intersectSets(out, complementOf(SURROGATES)) : out;
}

function overlapsSurrogates(set: CharSet): boolean {
  for (let i = 0; i < set.length; i += 2) if (set[i]! <= 0xdfff && set[i + 1]! >= 0xd800) return true;
  return false;
}

function complementOf(set: CharSet): CharSet {
  const out: number[] = [];
  let from = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > from) out.push(from, set[i]! - 1);
    from = set[i + 1]! + 1;
  }
  if (from <= MAX_CODE_POINT) out.push(from, MAX_CODE_POINT);
  return out;
}

export const FULL: CharSet = complementOf(SURROGATES);

export function unionSets(...sets: CharSet[]): CharSet {
  const ranges: [number, number][] = [];
  for (const set of sets) for (let i = 0; i < set.length; i += 2) ranges.push([set[i]!, set[i + 1]!]);
  return charSet(ranges);
}

export function complementSet(set: CharSet): CharSet {
  return intersectSets(complementOf(set), FULL);
}

export function intersectSets(a: CharSet, b: CharSet): CharSet {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const lo = Math.max(a[i]!, b[j]!);
    const hi = Math.min(a[i + 1]!, b[j + 1]!);
    if (lo <= hi) out.push(lo, hi);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return out;
}

export function setHas(set: CharSet, codePoint: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (codePoint <= set[i + 1]!) return codePoint >= set[i]!;
  return false;
}
