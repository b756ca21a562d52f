/** Test support: an engine on the toy model, and requests with defaults. */
import assert from 'node:assert/strict';
import { Engine } from './engine.ts';
import type { EngineRequest } from './open-request.ts';
import type { SamplingOptions, TextOptions } from './options.ts';
import { NEUTRAL } from './sampler/sampling.fixture.ts';
import { ToyRuntime, type ToyRuntimeOptions } from './toy/runtime.ts';
import type { Update } from './update.ts';

const TEXT: TextOptions = {
  stop: [],
  includeStop: false,
  skipSpecialTokens: true,
  spacesBetweenSpecialTokens: true,
};
const SAMPLING: SamplingOptions = { ...NEUTRAL, temperature: 0 };

let nextId = 1;
export interface Wish extends Partial<Omit<EngineRequest, 'options' | 'prompt'>> {
  prompt?: string;
  sampling?: Partial<SamplingOptions>;
  text?: Partial<TextOptions>;
  maxTokens?: number;
}
export function request({
  prompt = 'hello',
  sampling,
  text,
  maxTokens = 12,
  ...rest
}: Wish = {}): EngineRequest {
  return {
    id: nextId++,
    prompt: [...new TextEncoder().encode(prompt)],
    options: { sampling: { ...SAMPLING, ...sampling }, text: { ...TEXT, ...text }, maxTokens },
    promptParameter: 'prompt',
    n: 1,
    seed: 1n,
    priority: 0,
    salt: '',
    arrivedAt: 0,
    ...rest,
  };
}

export function setUp(runtimeOptions: ToyRuntimeOptions = {}, parallel = 4) {
  const runtime = new ToyRuntime(runtimeOptions);
  const updates: Update[] = [];
  const errors: unknown[] = [];
  let clock = 0;
  const engine = new Engine({
    runtime,
    parallel,
    promptBudget: 8,
    minimumCopy: 4,
    now: () => clock++,
    emit: (batch) => updates.push(...batch),
    log: (_message, error) => errors.push(error),
  });
  const finish = () => {
    for (let steps = 0; engine.busy; steps++) {
      assert.ok(steps < 10_000, 'the engine does not come to an end');
      engine.step();
    }
  };
  const textOf = (id: number, choice = 0) =>
    updates
      .map((update) =>
        update.kind === 'text' && update.request === id && update.choice === choice ? update.text : '',
      )
      .join('');
  const endOf = (id: number, choice = 0) =>
    updates.find((update) => update.kind === 'end' && update.request === id && update.choice === choice) as
      | Extract<Update, { kind: 'end' }>
      | undefined;
  const doneOf = (id: number) =>
    updates.find((update) => update.kind === 'done' && update.request === id) as
      | Extract<Update, { kind: 'done' }>
      | undefined;
  return { engine, runtime, updates, errors, finish, textOf, endOf, doneOf, looks: () => clock };
}
