import type { Sample } from '../options.ts';
import type { TokenId } from '../runtime.ts';
import { sortDescending } from './threshold.ts';
import type { SamplerWorkspace } from './workspace.ts';

type TopTokens = NonNullable<Sample['top']>;

/** The raw distribution of one row. */
export interface RawLogprobs {
  /** Natural logarithm of the sum of the exponentials: a token's log probability is its logit minus this. */
  readonly logSumExp: number;
  readonly top: TopTokens;
}

/** Log probability of a logit; rounding never lets it exceed 0. */
export function logprobOf(logit: number, logSumExp: number): number {
  return Math.min(0, logit - logSumExp);
}

/** Reads the workspace's row, whose maximum is `max`, before any parameter has changed it. */
export function rawLogprobs(workspace: SamplerWorkspace, max: number, limit: number): RawLogprobs {
  const logSumExp = max + Math.log(workspace.weigh(max, 1));
  return { logSumExp, top: limit === 0 ? [] : topTokens(workspace, limit, logSumExp) };
}

function topTokens(workspace: SamplerWorkspace, limit: number, logSumExp: number): TopTokens {
  const { search, order, ids, values } = workspace;
  let count = workspace.collect(workspace.boundOfBest(limit));
  const threshold = count > limit ? search.find(values, undefined, count, limit, order) : undefined;
  if (threshold !== undefined) count = keepFrom(workspace, count, threshold.value, threshold.index);
  for (let i = 0; i < count; i++) order[i] = i;
  sortDescending(values, order, count);
  const top: { token: TokenId; logprob: number }[] = [];
  for (let i = 0; i < count; i++) {
    const index = order[i]!;
    top.push({ token: ids[index]!, logprob: logprobOf(values[index]!, logSumExp) });
  }
  return count < limit ? withImpossible(workspace, top, limit) : top;
}

function keepFrom(workspace: SamplerWorkspace, count: number, value: number, last: number): number {
  const { ids, values } = workspace;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const v = values[i]!;
    if (v < value || (v === value && i > last)) continue;
    ids[kept] = ids[i]!;
    values[kept++] = v;
  }
  return kept;
}

/** Fills the list up with tokens that the model gives no probability at all, so that it has the length asked for. */
function withImpossible(
  workspace: SamplerWorkspace,
  top: { token: TokenId; logprob: number }[],
  limit: number,
): TopTokens {
  for (let token = 0; token < workspace.vocabularySize && top.length < limit; token++) {
    if (workspace.row[token] === -Infinity) top.push({ token, logprob: -Infinity });
  }
  return top;
}
