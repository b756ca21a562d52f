// Microseconds per sampled token for common options and vocabulary sizes: node --conditions=source bench/sampler.ts
import type { SamplingOptions } from '../packages/parley/src/engine/options.ts';
import type { Vocabulary } from '../packages/parley/src/engine/runtime.ts';
import { SequenceSampler } from '../packages/parley/src/engine/sampler/sampler.ts';
import { NEUTRAL } from '../packages/parley/src/engine/sampler/sampling.fixture.ts';
import { SamplerWorkspace } from '../packages/parley/src/engine/sampler/workspace.ts';

const DEFAULTS: SamplingOptions = { ...NEUTRAL, temperature: 0.8 };

const CASES: Record<string, Partial<SamplingOptions>> = {
  greedy: { temperature: 0 },
  temperature: {},
  'top_p 0.95': { topP: 0.95 },
  'top_k 40, top_p, min_p': { topK: 40, topP: 0.95, minP: 0.05 },
  penalties: { frequencyPenalty: 0.5, presencePenalty: 0.5, repetitionPenalty: 1.1 },
  'top_p, logprobs 0': { topP: 0.95, logprobs: 0 },
  'top_p, logprobs 5': { topP: 0.95, logprobs: 5 },
  'top_p, logprobs 20': { topP: 0.95, logprobs: 20 },
};
const ROWS = 16;
const ROUNDS = 15;

function vocabularyOf(size: number): Vocabulary {
  return {
    size,
    endOfGeneration: new Set([0]),
    bos: undefined,
    eos: 0,
    addBos: false,
    bytes: () => new Uint8Array(),
    kind: () => 'normal',
  };
}

/** Bell-shaped logits, standard deviation `spread`, with one token `lead` ahead of where the best would be. */
function logitsOf(size: number, spread: number, lead: number): Float32Array[] {
  let state = 7;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
  return Array.from({ length: ROWS }, (_, i) => {
    const row = Float32Array.from(
      { length: size },
      () => spread * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    );
    row[i * 31] = spread * 4 + lead;
    return row;
  });
}

function microseconds(options: SamplingOptions, size: number, rows: Float32Array[]): number {
  const workspace = new SamplerWorkspace(size);
  const prompt = Array.from({ length: 200 }, (_, i) => (i * 37) % size);
  const tokens = size > 100_000 ? 64 : 256;
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const sampler = new SequenceSampler(options, vocabularyOf(size), workspace, prompt, BigInt(round));
    const start = performance.now();
    for (let i = 0; i < tokens; i++) sampler.sample(rows[i % ROWS]!);
    rounds.push(((performance.now() - start) * 1000) / tokens);
  }
  return Math.min(...rounds);
}

for (const [shape, spread, lead] of [
  ['with a narrow nucleus (spread 2.5, one token 8 ahead)', 2.5, 8],
  ['with a wide nucleus (spread 2.5)', 2.5, 0],
  ['almost flat (spread 1)', 1, 0],
] as const) {
  console.log(`\nµs per token, best of ${ROUNDS} rounds; logits ${shape}`);
  const sizes = [4096, 32_768, 151_936];
  console.log(''.padEnd(26), ...sizes.map((size) => String(size).padStart(9)));
  const rows = sizes.map((size) => logitsOf(size, spread, lead));
  for (const [name, options] of Object.entries(CASES)) {
    const figures = sizes.map((size, i) => microseconds({ ...DEFAULTS, ...options }, size, rows[i]!));
    console.log(name.padEnd(26), ...figures.map((figure) => figure.toFixed(1).padStart(9)));
  }
}
