import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { fold } from '../core/fold.ts';
import { leaveOutUnsupported } from '../core/leave-out.ts';
import { FakeClock } from './fake-clock.test.support.ts';
import { PROVIDERS } from './providers/providers.ts';
import { asking, deployment, fails, says, target } from './scripted.test.support.ts';
import { Stage } from './stage.test.support.ts';
import { createGatewayState } from './state.ts';
import type { ParameterName, Target, Treatment } from './target.ts';

const provided = (id: string, name: string, more: Partial<Target> = {}) => {
  const provider = PROVIDERS.get(name);
  assert.ok(provider);
  return target(id, { ...more, provider });
};

const without = (id: string, ...names: readonly ParameterName[]) => {
  const made = provided(id, 'vllm');
  const refused: Treatment = 'refused';
  return {
    ...made,
    parameters: { ...made.parameters, ...Object.fromEntries(names.map((name) => [name, refused])) },
  };
};

const honest = { unsuited: undefined };
const refusal = (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  return error;
};

describe('the models of a gateway', () => {
  it('are its deployments, which can what one of their targets can', () => {
    const model = deployment(
      [provided('a', 'cerebras', { contextLength: 8_192 }), provided('b', 'vllm', { contextLength: 32_768 })],
      { aliases: ['quick'], description: 'Quick.' },
    );
    const only = deployment([provided('c', 'cerebras')], { model: 'other' });
    const third = deployment([provided('d', 'anthropic')], { model: 'third' });
    const [both, one, claude] = new Stage([model, only, third], {}).gateway.models();
    assert.ok(both && one);
    assert.deepEqual([both.id, both.aliases, both.description], ['fast', ['quick'], 'Quick.']);
    assert.equal(both.contextLength, 32_768);
    assert.equal(both.ownedBy, 'cerebras, vllm');
    assert.deepEqual(both.parameters.top_k, { honoured: true });
    assert.equal(one.parameters.top_k?.honoured, false);
    assert.deepEqual([both.capabilities.completions, both.capabilities.tools], [true, true]);
    assert.equal(both.capabilities.vision, true);
    assert.equal(claude?.capabilities.completions, false);
    assert.equal(Object.keys(both.parameters).length, Object.keys(model.targets[0]?.parameters ?? {}).length);
  });

  it('are found by their names and aliases; others are not there', async () => {
    const stage = new Stage([deployment(['a'], { aliases: ['quick'] })], { a: says('ok') });
    assert.equal((await stage.ask({ ...asking(), model: 'quick' })).text, 'ok');
    const { error } = await stage.ask({ ...asking(), model: 'unknown' });
    assert.deepEqual([refusal(error).status, refusal(error).param], [404, 'model']);
  });

  it('have names of their own, and fallbacks that exist', () => {
    const twice = [deployment(['a']), deployment(['b'], { model: 'other', aliases: ['fast'] })];
    assert.throws(() => new Stage(twice, {}), /two deployments are named 'fast'/);
    assert.throws(() => new Stage([deployment([])], {}), /'fast' has no target/);
    assert.throws(() => new Stage([deployment(['a'], { fallbacks: ['none'] })], {}), /falls back on 'none'/);
  });
});

describe('a request', () => {
  it('goes only where all of its parameters are honoured', async () => {
    const model = deployment([without('a', 'top_k'), without('b', 'min_p')]);
    const stage = new Stage([model], { a: says('from a'), b: says('from b') }, honest);
    for (let i = 0; i < 4; i++) assert.equal((await stage.ask(asking({ top_k: 5 }))).text, 'from b');
    for (let i = 0; i < 4; i++) assert.equal((await stage.ask(asking({ min_p: 0.5 }))).text, 'from a');
    assert.ok(stage.targets.called('a').length === 4 && stage.targets.called('b').length === 4);
  });

  it('is refused with the parameters that no target honours', async () => {
    const model = deployment([without('a', 'top_k', 'min_p', 'seed'), without('b', 'min_p', 'top_k')]);
    const stage = new Stage([model], {}, honest);
    const error = refusal((await stage.ask(asking({ top_k: 5, min_p: 0.5, seed: 1 }))).error);
    assert.deepEqual([error.status, error.code, error.param], [400, 'unsupported_parameter', 'top_k']);
    assert.match(error.message, /'top_k', 'min_p': no upstream of the model 'fast'/);
    assert.ok(!error.message.includes("'seed'"), 'b honours it');
  });

  it('is refused where each parameter is honoured somewhere, but all nowhere', async () => {
    const model = deployment([without('a', 'top_k', 'seed'), without('b', 'min_p')]);
    const stage = new Stage([model], { a: says('a'), b: says('b') }, honest);
    const error = refusal((await stage.ask(asking({ top_k: 5, min_p: 0.5, seed: 1 }))).error);
    assert.equal(error.param, 'min_p', 'without it one target would do');
  });

  it('is served with less where the caller prefers that', async () => {
    const model = deployment([without('a', 'top_k', 'seed'), without('b', 'min_p')]);
    const stage = new Stage([model], { a: says('from a'), b: says('from b') }, honest);
    const context = stage.context();
    const request = asking({ top_k: 5, min_p: 0.5, seed: 1 });
    const lenient = leaveOutUnsupported((asked, its) => stage.gateway.complete(asked, its));
    assert.equal((await fold(lenient(request, context))).choices[0]?.text, 'from b');
    assert.deepEqual(
      context.report.entries.map(({ name, change }) => [name, change]),
      [['min_p', 'ignored']],
    );
  });

  it('does not fall back on a model that would not honour it', async () => {
    const retry = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
    const models = [
      deployment([without('a')], { fallbacks: ['b', 'c'], retry }),
      deployment([without('b', 'top_k')], { model: 'b' }),
      deployment([without('c')], { model: 'c' }),
    ];
    const stage = new Stage(models, { a: fails('upstream'), c: says('from c') }, honest);
    assert.equal((await stage.ask(asking({ top_k: 5 }))).text, 'from c');
  });
});

describe('a gateway that takes the place of another', () => {
  it('knows what that knew of the targets, and forgets targets that are gone', async () => {
    const clock = new FakeClock();
    const state = createGatewayState(clock);
    const retry = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
    const old = new Stage(
      [deployment(['a', 'b'], { retry })],
      { a: fails('credentials'), b: says(100, 'ok') },
      { state, clock },
    );
    await clock.until(old.listen());
    const fresh = new Stage(
      [deployment(['a', 'c'], { retry })],
      { a: says('no'), c: says('from c') },
      { state, clock },
    );
    assert.equal((await clock.until(fresh.listen())).text, 'from c');
    assert.equal(fresh.targets.called('a').length, 0);
    assert.deepEqual(
      old.gateway.targets().map(({ firstTokenMs }) => firstTokenMs),
      [undefined, undefined],
    );
  });
});

describe('what is told of a call', () => {
  it('is every attempt, with the call that it was made for', async () => {
    const told: string[] = [];
    const stage = new Stage(
      [deployment(['a', 'b'])],
      { a: fails('timeout'), b: says('ok') },
      {
        onAttempt: ({ target: id, outcome }, { id: call }) => void told.push(`${call} ${id} ${outcome}`),
      },
    );
    await stage.ask();
    assert.deepEqual(told, ['call-1 a timeout', 'call-1 b answered']);
  });

  it('holds no prompt and no text in the log', async () => {
    const logged: string[] = [];
    const log = (fields: object, message: string) => void logged.push(JSON.stringify(fields) + message);
    const scripts = { a: fails('upstream'), b: says('secret answer') };
    const stage = new Stage([deployment(['a', 'b'])], scripts, { log: { info: log, warn: log } });
    await stage.ask(asking({}, 'secret prompt'));
    assert.ok(logged.length > 0);
    assert.ok(!logged.join().includes('secret'));
  });
});
