import type { SamplerWorkspace } from './workspace.ts';

/**
 * Fills the workspace's `ids` and `values` with the tokens of a mask, if it allows no more than an eighth of the
 * vocabulary: then the rest of the row need not be touched. Returns how many they are and the greatest of their logits
 * (NaN if one is NaN), or undefined.
 */
export function gatherAllowed(
  workspace: SamplerWorkspace,
  logits: Float32Array,
  mask: Uint32Array,
): { count: number; max: number } | undefined {
  const { ids, values, vocabularySize } = workspace;
  // Lengths that do not fit are an error, which the way of the whole row tells.
  if (logits.length !== vocabularySize || mask.length * 32 < vocabularySize) return undefined;
  if (!allowsAtMost(mask, vocabularySize >> 3)) return undefined;
  let count = 0;
  let max = -Infinity;
  for (let word = 0; word < mask.length; word++) {
    for (let bits = mask[word]!; bits !== 0; bits &= bits - 1) {
      const id = word * 32 + 31 - Math.clz32(bits & -bits);
      const value = logits[id]!;
      ids[count] = id;
      values[count++] = value;
      // One that is NaN stays.
      if (!(value <= max)) max = Number.isNaN(max) ? max : value;
    }
  }
  return { count, max };
}

/** Whether no more than so many bits are set. */
function allowsAtMost(mask: Uint32Array, limit: number): boolean {
  let count = 0;
  for (let word = 0; word < mask.length; word++) {
    let bits = mask[word]!;
    if (bits === 0) continue;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
    if (count > limit) return false;
  }
  return true;
}
