// What a prediction saves, one request at a time, and what a wrong one costs:
// node --conditions=source bench/prediction.ts [MODEL.gguf] [TOKENS] [ROUNDS]
import { fileURLToPath } from 'node:url';
import { Engine } from '../packages/parley/src/engine/engine.ts';
import { LlamaRuntime } from '../packages/parley/src/engine/llama/runtime.ts';
import { resolveRequest } from '../packages/parley/src/engine/resolve.ts';
import type { Update } from '../packages/parley/src/engine/update.ts';

const [model, tokenCount = '96', rounds = '3'] = process.argv.slice(2);
const shipped = fileURLToPath(new URL('../models/parley-tiny-q8_0.gguf', import.meta.url));
const maxTokens = Number(tokenCount);
const runtime = await LlamaRuntime.load({
  modelPath: model ?? shipped,
  sequences: 1,
  contextLength: 512,
  gpuLayers: 0,
  flashAttention: 'on',
});
let updates: Update[] = [];
const engine = new Engine({
  runtime,
  parallel: 1,
  promptBudget: 256,
  now: () => performance.now(),
  emit: (batch) => updates.push(...batch),
  log: (message, error) => console.error(message, error),
});
const { sampling, text } = resolveRequest(
  { input: { kind: 'text', text: '' }, parameters: { temperature: 0, ignore_eos: true } },
  runtime.vocabulary.size,
);

let id = 0;
/** Steps and milliseconds of the completion; `tokens` are those of the answer. */
function complete(prediction?: readonly number[]) {
  id++;
  updates = [];
  engine.add({
    id,
    prompt: runtime.tokenizeText('Once upon a time there was a fox and a hen.'),
    promptParameter: 'prompt',
    options: { sampling: { ...sampling, badWords: undefined }, text, maxTokens, tokenIds: true },
    n: 1,
    seed: 1n,
    priority: 0,
    salt: '',
    arrivedAt: performance.now(),
    ...(prediction && { prediction }),
  });
  const before = engine.stats().steps;
  let milliseconds = 0;
  while (engine.busy) engine.step();
  const tokens: number[] = [];
  for (const update of updates) {
    if (update.kind === 'text' || update.kind === 'end') tokens.push(...(update.tokenIds ?? []));
    if (update.kind === 'done') milliseconds = 1000 * update.timing.completionSeconds;
  }
  return { steps: engine.stats().steps - before, milliseconds, tokens };
}

const answer = complete().tokens;
const other = (token: number) => (token * 31 + 7) % runtime.vocabulary.size;
const PREDICTIONS: Record<string, readonly number[] | undefined> = {
  none: undefined,
  'the answer': answer,
  'one token of 24 replaced': answer.map((token, i) => (i % 24 === 12 ? other(token) : token)),
  'one token of 8 replaced': answer.map((token, i) => (i % 8 === 4 ? other(token) : token)),
  'the same words in another order': answer.toReversed(),
};
const times = new Map(Object.keys(PREDICTIONS).map((name) => [name, [] as number[]]));
const steps = new Map<string, number>();
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, prediction] of Object.entries(PREDICTIONS)) {
    const done = complete(prediction);
    if (`${done.tokens}` !== `${answer}`) throw new Error(`${name}: the answer changed`);
    times.get(name)?.push(done.milliseconds);
    steps.set(name, done.steps);
  }
}
runtime.close();

const median = (values: readonly number[] = []) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const plain = median(times.get('none'));
for (const name of times.keys()) {
  const ms = median(times.get(name));
  const rate = ((1000 * (maxTokens - 1)) / ms).toFixed(1);
  console.log(`${name.padEnd(34)} ${steps.get(name)} steps  ${rate} tokens/s  x ${(plain / ms).toFixed(2)}`);
}
