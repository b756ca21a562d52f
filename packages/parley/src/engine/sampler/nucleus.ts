import type { TokenId } from '../runtime.ts';
import type { SamplerWorkspace } from './workspace.ts';

/** A nucleus: in the list gathered so far up to a threshold, or all of the row from a threshold on. */
export type Nucleus =
  | { readonly kind: 'list'; readonly count: number; readonly value: number; readonly last: number }
  | { readonly kind: 'from'; readonly value: number; readonly last: TokenId; readonly total: number };

/** How far below the best logit a narrow nucleus is looked for, in units of the temperature. */
const DEPTHS = [3, 6, 10, 16];
/** Blocks that are quickly searched, whatever share of the row they are. */
const FEW_BLOCKS = 128;
/** Elements that a guess of a wide nucleus looks at. */
const GUESS = 1024;

/**
 * The smallest set of most probable tokens that reaches `share` of the whole row's weight. A narrow one is gathered from
 * the few blocks that hold great logits. For a wide one a guess gives two logits between which its last token probably is;
 * what is above is only summed, and what is between is gathered and searched. A wrong guess costs time, not exactness.
 */
export function findNucleus(
  workspace: SamplerWorkspace,
  max: number,
  temperature: number,
  share: number,
): Nucleus {
  const { search, values, valueWeights, order, maxima, blockCount } = workspace;
  const total = workspace.weigh(max, temperature);
  const target = share * total;
  for (const depth of DEPTHS) {
    const cut = max - depth * temperature;
    let touched = 0;
    for (let block = 0; block < blockCount; block++) if (maxima[block]! >= cut) touched++;
    if (touched > FEW_BLOCKS + blockCount / 8) break;
    const count = workspace.collect(cut);
    if (workspace.weighValues(count, max, temperature) < target) continue;
    const found = search.find(values, valueWeights, count, target, order);
    if (found !== undefined) return { kind: 'list', count, value: found.value, last: found.index };
  }
  const { from, to } = guessBounds(workspace, share, total);
  // Below this logit all tokens together weigh less than what the nucleus leaves out; a little less for rounding.
  const least = max + temperature * (Math.log(((1 - share) * total) / workspace.vocabularySize) - 0.01);
  return between(workspace, max, temperature, target, Math.min(to, Math.max(from, least)), to);
}

/** Two logits around that of the nucleus's last token, from tokens taken at even distances. */
function guessBounds(
  workspace: SamplerWorkspace,
  share: number,
  total: number,
): { from: number; to: number } {
  const { search, row, weights, values, valueWeights, order, vocabularySize } = workspace;
  const stride = Math.max(1, Math.floor(vocabularySize / GUESS));
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < vocabularySize; i += stride) {
    const weight = weights[i]!;
    values[count] = row[i]!;
    valueWeights[count++] = weight;
    sum += weight;
    squares += weight * weight;
  }
  const at = (part: number) => {
    if (part <= 0) return Infinity;
    return search.find(values, valueWeights, count, part * sum, order)?.value ?? -Infinity;
  };
  // How far the share at one logit is off says how far it is off near by, so the bounds come closer to each other than
  // the standard deviation of the estimate.
  const off = workspace.weightFrom(at(share)) / total - share;
  const margin = (0.6 * Math.sqrt(share * (1 - share) * squares)) / sum;
  return { from: at(share - off + margin), to: at(share - off - margin) };
}

function between(
  workspace: SamplerWorkspace,
  max: number,
  temperature: number,
  target: number,
  from: number,
  to: number,
  /** Whether all above `from` is known to weigh enough. */
  enough = false,
): Nucleus {
  const { search, ids, values, valueWeights, order, weights, blockSums } = workspace;
  const above = to === Infinity ? 0 : workspace.weightFrom(to);
  if (above >= target) return between(workspace, max, temperature, target, to, Infinity, true);
  const count = workspace.collect(from, to);
  workspace.weighValues(count, max, temperature);
  const found = search.find(values, valueWeights, count, target - above, order);
  if (found === undefined) {
    // Sums in another order round in another way: by this one the part above is just too light.
    if (enough) return { kind: 'from', value: from, last: -1, total: workspace.weightFrom(from) };
    if (from > -Infinity) return between(workspace, max, temperature, target, -Infinity, from);
    // Only rounding keeps the whole row from reaching its share.
    return { kind: 'from', value: -Infinity, last: -1, total: workspace.weightFrom(-Infinity) };
  }
  const last = ids[found.index]!;
  let total = workspace.weightFrom(found.value);
  for (let i = found.index + 1; i < count; i++) {
    if (values[i] !== found.value) continue;
    const token = ids[i]!;
    blockSums[token >> 6]! -= weights[token]!;
    total -= weights[token]!;
  }
  return { kind: 'from', value: found.value, last, total };
}
