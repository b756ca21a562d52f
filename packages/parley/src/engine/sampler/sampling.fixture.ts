import type { SamplingOptions } from '../options.ts';
import type { Vocabulary } from '../runtime.ts';
import type { Random } from './random.ts';

export const NEUTRAL: SamplingOptions = {
  temperature: 1,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: undefined,
  frequencyPenalty: 0,
  presencePenalty: 0,
  repetitionPenalty: 1,
  logitBias: [],
  allowedTokenIds: undefined,
  badWords: [],
  minTokens: 0,
  ignoreEos: false,
  stopTokenIds: [],
  logprobs: undefined,
};

export const END_OF_GENERATION = [1, 2];

export function vocabularyOf(size: number): Vocabulary {
  return {
    size,
    endOfGeneration: new Set(END_OF_GENERATION),
    bos: undefined,
    eos: 1,
    addBos: false,
    bytes: () => new Uint8Array(),
    kind: () => 'normal',
  };
}

/** Bell-shaped logits. */
export function logitsOf(size: number, spread: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    return spread * radius * Math.cos(2 * Math.PI * random.uniform());
  });
}

export function below(random: Random, limit: number): number {
  return Math.floor(random.uniform() * limit);
}
