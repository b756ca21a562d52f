import { invalidRequest } from '@parley/protocol/errors';
import type { Parameters } from '../core/complete.ts';

/** How beams are compared. */
export interface BeamOptions {
  /** Exponent of the length by which the sum of a beam's log probabilities is divided. */
  readonly lengthPenalty: number;
}

/** Beyond it powers of a length leave the range of numbers. */
const MAX_LENGTH_PENALTY = 20;

/** What a beam search cannot honour, with the values that ask for nothing. */
const CONFLICTS: Partial<Record<keyof Parameters, (value: never) => boolean>> = {
  temperature: (value: number) => value === 0 || value === 1,
  top_p: (value: number) => value === 1,
  top_k: (value: number) => value <= 0,
  min_p: (value: number) => value === 0,
  frequency_penalty: (value: number) => value === 0,
  presence_penalty: (value: number) => value === 0,
  repetition_penalty: (value: number) => value === 1,
  bad_words: (value: readonly unknown[]) => value.length === 0,
  stop: (value: string | readonly unknown[]) => value.length === 0,
  response_format: ({ type }: { type: string }) => type === 'text',
  structured_outputs: (value: object) => Object.keys(value).length === 0,
  tools: (value: readonly unknown[]) => value.length === 0,
  functions: (value: readonly unknown[]) => value.length === 0,
  logits_processors: (value: readonly unknown[]) => value.length === 0,
  prediction: () => false,
};

/**
 * Undefined where tokens are sampled one by one. A beam search draws nothing, and its beams share what looks at the
 * answer so far; so parameters that narrow the draw, or depend on the answer's own tokens or text, are a 400 rather than
 * ignored, as vLLM does. `temperature` may be 0 or 1: neither changes a probability.
 */
export function beamOptions(parameters: Parameters): BeamOptions | undefined {
  const lengthPenalty = parameters.length_penalty ?? 1;
  if (parameters.use_beam_search !== true) {
    if (lengthPenalty === 1) return undefined;
    throw invalidRequest(
      'length_penalty',
      `length_penalty compares beams, so it must be 1 without use_beam_search: true, got ${lengthPenalty}.`,
      'conflicting_parameters',
    );
  }
  for (const [name, isNeutral] of Object.entries(CONFLICTS)) {
    const value = parameters[name as keyof Parameters];
    // Each entry takes the values of its own name.
    if (value == null || isNeutral(value as never)) continue;
    throw invalidRequest(
      name,
      `${name} cannot be combined with use_beam_search: true${name === 'temperature' ? ', unless it is 0 or 1' : ''}.`,
      'conflicting_parameters',
    );
  }
  if (Math.abs(lengthPenalty) > MAX_LENGTH_PENALTY) {
    throw invalidRequest(
      'length_penalty',
      `length_penalty must be between -${MAX_LENGTH_PENALTY} and ${MAX_LENGTH_PENALTY}, got ${lengthPenalty}.`,
      'out_of_range',
    );
  }
  return { lengthPenalty };
}

/** A 400 for more beams than can run at one time: they are compared with each other after each token. */
export function checkBeamWidth(width: number, parallel: number): void {
  if (width <= parallel) return;
  throw invalidRequest(
    'n',
    `n must be at most ${parallel} with use_beam_search: true, got ${width}: each beam takes one of the ${parallel} sequences that this model runs at one time.`,
    'out_of_range',
  );
}
