import type { BadWords, SamplingOptions } from '../options.ts';
import type { TokenId } from '../runtime.ts';
import { textOf } from './sampling.fixture.ts';

/** What the tests compare with: the same rules over 64-bit floats, with full sorts and no care for speed. */
export interface ReferenceRow {
  readonly logits: Float32Array;
  readonly prompt: readonly TokenId[];
  readonly completion: readonly TokenId[];
  readonly endOfGeneration: readonly TokenId[];
  readonly mask?: Uint32Array;
}

function wordsOf(badWords: BadWords | undefined): string[] {
  if (badWords === undefined) return [];
  const { bytes, offsets } = badWords.words;
  const ends = [...offsets.subarray(1)];
  return ends.map((end, i) => new TextDecoder().decode(bytes.subarray(offsets[i], end)));
}

/** Logits after every parameter that changes them. */
export function referenceLogits(options: SamplingOptions, row: ReferenceRow): number[] {
  const { prompt, completion, mask } = row;
  const x = Array.from(row.logits);
  const ban = (token: TokenId) => {
    x[token] = -Infinity;
  };
  const allowed = options.allowedTokenIds;
  if (allowed) for (const i of x.keys()) if (!allowed.includes(i)) ban(i);
  const ends = [...options.stopTokenIds, ...(options.ignoreEos ? [] : row.endOfGeneration)];
  const text = completion.map(textOf).join('');
  for (const word of wordsOf(options.badWords)) {
    for (const i of x.keys()) if (!ends.includes(i) && (text + textOf(i)).includes(word)) ban(i);
  }
  if (completion.length < options.minTokens) for (const token of ends) ban(token);
  for (const [token, bias] of options.logitBias) {
    if (bias === -100) ban(token);
    else if (bias !== 100) x[token]! += bias;
  }
  for (const i of x.keys()) {
    const count = completion.filter((token) => token === i).length;
    if (count > 0 || prompt.includes(i)) {
      x[i] = x[i]! > 0 ? x[i]! / options.repetitionPenalty : x[i]! * options.repetitionPenalty;
    }
    x[i]! -= options.frequencyPenalty * count + (count > 0 ? options.presencePenalty : 0);
  }
  if (mask) for (const i of x.keys()) if (((mask[i >> 5]! >>> (i & 31)) & 1) === 0) ban(i);
  const forced = options.logitBias.filter(([token, bias]) => bias === 100 && x[token]! > -Infinity);
  if (forced.length > 0) for (const i of x.keys()) if (!forced.some(([token]) => token === i)) ban(i);
  return x;
}

/** Probabilities after temperature and all narrowing; at temperature 0 all on the lowest id of the greatest logits. */
export function referenceProbabilities(options: SamplingOptions, logits: readonly number[]): number[] {
  const max = logits.reduce((a, b) => Math.max(a, b));
  if (options.temperature === 0) return logits.map((_, i) => (i === logits.indexOf(max) ? 1 : 0));
  let p = normalise(logits.map((x) => Math.exp((x - max) / options.temperature)));
  const best = p.reduce((a, b) => Math.max(a, b));
  p = normalise(p.map((x) => (x >= options.minP * best ? x : 0)));
  const order = [...p.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (options.topK > 0) for (const i of order.slice(options.topK)) p[i] = 0;
  p = normalise(p);
  if (options.topP < 1) {
    let before = 0;
    for (const i of order) {
      const own = p[i]!;
      if (before >= options.topP) p[i] = 0;
      before += own;
    }
  }
  return normalise(p);
}

function normalise(p: number[]): number[] {
  const total = p.reduce((a, b) => a + b, 0);
  return p.map((x) => x / total);
}

/**
 * Tokens that a draw may give: the one at `uniform` of the distribution function in the order of ids, and where `uniform`
 * is within `tolerance` of a step, both sides of it.
 */
export function acceptable(
  probabilities: readonly number[],
  uniform: number,
  tolerance: number,
): Set<TokenId> {
  const found = new Set<TokenId>();
  let sum = 0;
  for (const [i, p] of probabilities.entries()) {
    if (p === 0) continue;
    if (uniform >= sum - tolerance && uniform < sum + p + tolerance) found.add(i);
    sum += p;
  }
  return found;
}

/** Natural logarithms of the softmax. */
export function referenceLogprobs(logits: Float32Array): number[] {
  const max = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, x) => total + Math.exp(x - max), 0);
  return Array.from(logits, (x) => x - max - Math.log(sum));
}
