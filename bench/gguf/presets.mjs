/**
 * Shapes of real models. The weights are random, so only size and speed are real.
 * `width` is the embedding, `feedForward` the hidden layer, `context` what the file claims to be trained for.
 */
export const PRESETS = {
  tiny: {
    width: 256,
    layers: 8,
    heads: 8,
    kvHeads: 4,
    headWidth: 32,
    feedForward: 1024,
    vocabulary: 4096,
    context: 8192,
  },
  'qwen3-0.6b': {
    width: 1024,
    layers: 28,
    heads: 16,
    kvHeads: 8,
    headWidth: 128,
    feedForward: 3072,
    vocabulary: 32768,
    context: 32768,
  },
  'llama-1b': {
    width: 2048,
    layers: 16,
    heads: 32,
    kvHeads: 8,
    headWidth: 64,
    feedForward: 8192,
    vocabulary: 32768,
    context: 32768,
  },
};

/** What the benchmarks in README.md use. */
export const STANDARD_SET = [
  { preset: 'tiny', type: 'Q8_0' },
  { preset: 'qwen3-0.6b', type: 'Q4_0' },
  { preset: 'qwen3-0.6b', type: 'Q4_0', vocabulary: 151936 },
];
