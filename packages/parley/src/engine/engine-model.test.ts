import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, before, test } from 'node:test';
import type { CallContext, ChatRequest, Model } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import { fold } from '../core/fold.ts';
import { leaveOutUnsupported } from '../core/leave-out.ts';
import { ParameterReport } from '../core/report.ts';
import { EngineModel } from './engine-model.ts';
import { Supervisor } from './supervisor.ts';

const CONTEXT = 256;
let supervisor: Supervisor;
before(async () => {
  supervisor = await Supervisor.start({
    model: 'toy',
    config: {
      model: { kind: 'toy', contextLength: CONTEXT },
      parallel: 2,
      slots: 3,
      batchLimit: 32,
      promptBudget: 8,
      templates: { allowRequestTemplate: false, renderTimeoutMilliseconds: 1000 },
      nativeLog: false,
    },
    isolation: 'thread',
    log: () => {},
    now: () => performance.now(),
  });
});
after(() => supervisor.close());

function open(queueLimit = 3): EngineModel {
  // Only the name and the context are looked at here.
  const model = { id: 'toy', contextLength: CONTEXT } as Model;
  return new EngineModel({
    model,
    supervisor,
    systemFingerprint: 'fp_0',
    parallel: 2,
    queueLimit,
    now: () => 5_000,
    randomSeed: () => 1n,
  });
}

function call(signal = new AbortController().signal): CallContext {
  return { id: 'call', principal: { id: '' }, signal, report: new ParameterReport() };
}

function ask(parameters: ChatRequest['parameters'] = {}, input?: ChatRequest['input']): ChatRequest {
  return {
    model: 'toy',
    input: input ?? { kind: 'text', text: 'hello' },
    parameters: { temperature: 0, ignore_eos: true, max_tokens: 8, ...parameters },
    unknown: {},
  };
}

test('an answer begins with start and ends with usage and timing', async () => {
  const engine = open();
  const kinds: ChatEvent['type'][] = [];
  const folded = await fold(
    (async function* () {
      for await (const event of engine.complete(ask(), call())) {
        kinds.push(event.type);
        yield event;
      }
    })(),
  );
  assert.deepEqual([kinds[0], kinds[1], kinds.at(-2), kinds.at(-1)], ['start', 'usage', 'usage', 'timing']);
  assert.deepEqual([folded.start.created, folded.usage.completionTokens], [5, 8]);
  assert.equal(engine.open, 0);
});

test('a caller that goes gives its place back, also while its answer is read by nobody', async () => {
  const engine = open(0);
  const controllers = [1, 2].map(() => new AbortController());
  const answers = controllers.map(({ signal }) => engine.complete(ask({ max_tokens: 200 }), call(signal)));
  for (const answer of answers) assert.equal((await answer.next()).value?.type, 'start');
  await assert.rejects(engine.complete(ask(), call()).next(), { status: 429 });
  for (const controller of controllers) controller.abort();
  assert.equal(engine.open, 0);
  assert.equal((await fold(engine.complete(ask(), call()))).usage.completionTokens, 8);
  for (const answer of answers) await answer.return(undefined);
  assert.equal(engine.open, 0);
  for (const { signal } of controllers) assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('a caller that has gone before costs nothing', async () => {
  const engine = open();
  const before = supervisor.host.open;
  await assert.rejects(engine.complete(ask(), call(AbortSignal.abort())).next(), { status: 499 });
  assert.deepEqual([engine.open, supervisor.host.open], [0, before]);
});

test('token ids that cannot fit are refused before they travel', async () => {
  const tokens = new Array<number>(CONTEXT).fill(97);
  const engine = open();
  await assert.rejects(engine.complete(ask({}, { kind: 'tokens', tokens }), call()).next(), {
    status: 400,
    code: 'context_length_exceeded',
    message: /256 tokens, but the prompt has 256/,
  });
  const longest = ask({ max_tokens: 1 }, { kind: 'tokens', tokens: tokens.slice(1) });
  assert.equal((await fold(engine.complete(longest, call()))).usage.promptTokens, CONTEXT - 1);
});

test('tokens become text again, and ids that do not exist are named', async () => {
  const engine = open();
  assert.equal(await engine.detokenize([104, 105, 259, 256]), 'hithe<|end|>');
  for (const wrong of [260, -1, 1.5]) {
    await assert.rejects(engine.detokenize([97, wrong]), { status: 400, param: 'tokens[1]' });
    assert.throws(() => engine.tokenBytes([97, wrong]), { status: 400, param: 'tokens[1]' });
  }
});

test('callers share cached prompts with themselves, and with those who know their salt', async () => {
  const engine = open();
  const cached = async (id: string, parameters: ChatRequest['parameters'] = {}) => {
    const context = { ...call(), principal: { id } };
    const input = { kind: 'text', text: 'a prompt that is long enough to be worth keeping' } as const;
    return (await fold(engine.complete(ask(parameters, input), context))).usage.cachedTokens;
  };
  assert.equal(await cached('key_a'), 0);
  assert.equal(await cached('key_b'), 0);
  assert.ok((await cached('key_a')) > 0);
  assert.equal(await cached('key_b', { cache_salt: 'ours' }), 0);
  assert.ok((await cached('key_a', { cache_salt: 'ours' })) > 0);
  assert.equal(await cached('', { cache_salt: 'caller:key_a' }), 0);
});

test('a call is refused once it has waited for longer than its caller wants', async () => {
  const engine = open();
  const controllers = [1, 2].map(() => new AbortController());
  const running = controllers.map(({ signal }) => engine.complete(ask({ max_tokens: 240 }), call(signal)));
  for (const answer of running) assert.equal((await answer.next()).value?.type, 'start');
  const waiting = engine.complete(ask(), { ...call(), queueLimitMs: 0 });
  await assert.rejects(waiting.next(), { status: 429, code: 'queue_threshold_exceeded' });
  assert.equal(engine.open, 2);
  for (const controller of controllers) controller.abort();
  assert.equal(engine.open, 0);
});

test('what the engine refuses as a whole parameter can be left out and reported', async () => {
  const engine = open();
  const context = call();
  const complete = leaveOutUnsupported((request, given) => engine.complete(request, given));
  const wish = ask({ moderation: { model: 'omni' }, verbosity: 'low' });
  await assert.rejects(engine.complete(wish, call()).next(), { status: 400, code: 'unsupported_parameter' });
  const { usage } = await fold(complete(wish, context));
  assert.equal(usage.completionTokens, 8);
  assert.deepEqual(
    context.report.entries.map(({ name, change, sent }) => [name, change, sent]),
    [
      ['moderation', 'ignored', undefined],
      ['verbosity', 'ignored', 'low'],
    ],
  );
  assert.equal(engine.open, 0);
});
