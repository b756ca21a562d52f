// What the engine costs beside the model: scheduling, batches, sampling with log probabilities, text, packing and posting,
// per token, with no server and no load generator on the machine's other cores.
//
//     npm run bench:overhead -- [MODEL.gguf] [--sequences 8] [--context 512] [--tokens 128] [--rounds 5] [--body JSON]

import { parseArgs } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { Engine } from '../packages/parley/dist/engine/engine.js';
import { LlamaRuntime } from '../packages/parley/dist/engine/llama/runtime.js';
import { packTokens } from '../packages/parley/dist/engine/packed-tokens.js';
import { resolveRequest } from '../packages/parley/dist/engine/resolve.js';
import { median } from './lib/statistics.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sequences: { type: 'string', default: '8' },
    context: { type: 'string', default: '512' },
    tokens: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '5' },
    body: { type: 'string', default: '{"logprobs":true,"top_logprobs":5}' },
  },
});
const model = positionals[0] ?? new URL('../models/parley-tiny-q8_0.gguf', import.meta.url).pathname;
const [sequences, contextLength, tokens, rounds] = ['sequences', 'context', 'tokens', 'rounds'].map((name) =>
  Number(values[name]),
);

const runtime = await LlamaRuntime.load({ modelPath: model, contextLength, sequences, threads: 1 });
const { vocabulary } = runtime;
const { port1 } = new MessageChannel();
const pack = (update) =>
  update.tokens ? { ...update, tokens: packTokens(update.tokens, vocabulary) } : update;
const engine = new Engine({
  runtime,
  parallel: sequences,
  promptBudget: 128,
  now: () => performance.now(),
  emit: (updates) => port1.postMessage(updates.map(pack)),
  log: (message, error) => console.error(message, error),
});
const parameters = { ...JSON.parse(values.body), max_tokens: tokens, ignore_eos: true };
const resolved = resolveRequest({ input: { kind: 'text', text: '' }, parameters }, vocabulary.size);
const options = {
  sampling: { ...resolved.sampling, badWords: undefined },
  text: resolved.text,
  maxTokens: tokens,
};

let state = 7;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state >>> 8) % below;
};
let id = 1;
function add(round) {
  const prompt = Array.from({ length: 32 }, () => random(Math.min(vocabulary.size, 4000)));
  const request = { id: id++, promptParameter: 'prompt', prompt, options, n: 1, seed: BigInt(round) };
  engine.add({ ...request, priority: 0, salt: '', arrivedAt: 0 });
}

const results = [];
for (let round = 0; round <= rounds; round++) {
  const before = engine.stats();
  for (let i = 0; i < sequences * 2; i++) add(round);
  while (engine.busy) engine.step();
  const after = engine.stats();
  const of = (name) => after[name] - before[name];
  // The first round warms up.
  if (round > 0) {
    results.push({
      overhead: (of('overheadSeconds') * 1e6) / of('completionTokens'),
      decode: (of('decodeSeconds') * 1e6) / of('completionTokens'),
      share: of('overheadSeconds') / (of('overheadSeconds') + of('decodeSeconds')),
    });
  }
}
const of = (name) => median(results.map((result) => result[name]));
console.log(`${model}: ${sequences} sequences, vocabulary ${vocabulary.size}, ${values.body}`);
console.log(
  `around the model ${of('overhead').toFixed(1)} us per token, ${(100 * of('share')).toFixed(1)} % of a step; in it ${of('decode').toFixed(1)} us per token`,
);
process.exit(0);
