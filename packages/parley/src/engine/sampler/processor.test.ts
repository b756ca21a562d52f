import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameters } from '../../core/complete.ts';
import { request, type Wish } from '../engine.fixture.ts';
import { Engine } from '../engine.ts';
import { ToyRuntime } from '../toy/runtime.ts';
import type { Update } from '../update.ts';
import type { LogitsProcessorFactory } from './processor.ts';
import { processorWish } from './processor-wish.ts';

function run(
  processors: Record<string, LogitsProcessorFactory>,
  ...wishes: (Wish & { parameters: Parameters })[]
) {
  const updates: Update[] = [];
  const errors: unknown[] = [];
  const engine = new Engine({
    runtime: new ToyRuntime(),
    parallel: 4,
    promptBudget: 8,
    processors: new Map(Object.entries(processors)),
    now: () => 0,
    emit: (batch) => updates.push(...batch),
    log: (_message, error) => errors.push(error),
  });
  const ids = wishes.map(({ parameters, sampling, ...wish }) => {
    const logitsProcessors = processorWish(parameters);
    const one = request({ ...wish, sampling: { ignoreEos: true, ...sampling, logitsProcessors } });
    engine.add(one);
    return one.id;
  });
  for (let steps = 0; engine.busy; steps++) {
    assert.ok(steps < 1000);
    engine.step();
  }
  const answers = ids.map((id) => {
    const own = updates.filter((update) => update.request === id);
    const failed = own.find((update) => update.kind === 'failed');
    if (failed?.kind === 'failed') return failed.error;
    return own.map((update) => (update.kind === 'text' ? update.text : '')).join('');
  });
  return { answers, errors };
}

const only: LogitsProcessorFactory = ({ args, kwargs, xargs }) => {
  const token = args[0] ?? kwargs.token ?? xargs.token;
  if (typeof token !== 'number') throw new TypeError('token must be a number');
  return ({ logits }) => {
    const kept = logits[token];
    logits.fill(-Infinity);
    logits[token] = kept ?? 0;
  };
};

test('a processor decides what can come, with arguments of every kind', () => {
  const { answers } = run(
    { only },
    { parameters: { logits_processors: [{ qualname: 'only', args: [120] }] }, maxTokens: 3 },
    { parameters: { logits_processors: [{ qualname: 'only', kwargs: { token: 121 } }] }, maxTokens: 3 },
    { parameters: { logits_processors: ['only'], vllm_xargs: { token: 122 } }, maxTokens: 3 },
    { parameters: {}, maxTokens: 3 },
  );
  assert.deepEqual(answers.slice(0, 3), ['xxx', 'yyy', 'zzz']);
  assert.ok(!['xxx', 'yyy', 'zzz'].includes(String(answers[3])));
});

test("it sees the prompt, the tokens so far and the model's logits, anew for each choice", () => {
  const seen: unknown[] = [];
  const spy: LogitsProcessorFactory = ({ vocabulary }) => {
    let calls = 0;
    return ({ promptTokens, tokens, logits }) => {
      seen.push([
        String.fromCharCode(...promptTokens),
        tokens.length,
        logits.length,
        calls++,
        vocabulary.size,
      ]);
      logits[97 + tokens.length] = 100;
    };
  };
  const { answers } = run(
    { spy },
    { parameters: { logits_processors: ['spy'] }, prompt: 'hi', maxTokens: 3, n: 2 },
  );
  assert.equal([...String(answers[0])].sort().join(''), 'aabbcc');
  const each = [0, 1, 2].map((count) => ['hi', count, 260, count, 260]);
  assert.deepEqual(
    [...seen].sort((a, b) => String(a).localeCompare(String(b))),
    [...each, ...each].sort((a, b) => String(a).localeCompare(String(b))),
  );
});

test('several act in the order of the request, before penalties and after bans', () => {
  const add =
    (token: number): LogitsProcessorFactory =>
    () =>
    ({ logits }) => {
      logits[token] = 50 + (logits[97] === 50 ? 1 : 0);
    };
  const processors = { a: add(97), b: add(98) };
  const texts = (names: string[], more: Wish = {}) =>
    run(processors, { parameters: { logits_processors: names }, maxTokens: 2, ...more }).answers[0];
  assert.equal(texts(['a', 'b']), 'bb');
  assert.equal(texts(['b', 'a']), 'aa');
  assert.equal(
    texts(['a'], { sampling: { repetitionPenalty: 100 } })
      ?.toString()
      .slice(0, 1),
    'a',
  );
  assert.notEqual(texts(['a'], { sampling: { repetitionPenalty: 100 } }), 'aa');
});

test('one that fails ends its own request with a 500 that names it, and the log has the cause', () => {
  const cause = new Error('secret detail');
  const processors: Record<string, LogitsProcessorFactory> = {
    late:
      () =>
      ({ tokens }) => {
        if (tokens.length === 2) throw cause;
      },
    nan:
      () =>
      ({ logits }) =>
        void logits.fill(Number.NaN, 5, 6),
    infinite:
      () =>
      ({ logits }) =>
        void logits.fill(Infinity, 5, 6),
    promised: () => async () => Promise.reject(cause),
    // What the types forbid, and plain JavaScript does not.
    nothing: () => undefined as unknown as ReturnType<LogitsProcessorFactory>,
  };
  const names = Object.keys(processors);
  const { answers, errors } = run(
    processors,
    ...names.map((name) => ({ parameters: { logits_processors: [name] } })),
    { parameters: {} },
  );
  for (const [i, name] of names.entries()) {
    const answer = answers[i];
    assert.ok(typeof answer === 'object', name);
    assert.deepEqual([answer.status, answer.message.includes(`'${name}'`)], [500, true]);
    assert.doesNotMatch(answer.message, /secret/);
  }
  assert.equal(String(answers.at(-1)).length, 12);
  assert.deepEqual(errors, [cause]);
});

test('what cannot be done is a 400 that names the place', () => {
  const cases: [Parameters, string, RegExp][] = [
    [
      { logits_processors: ['only', 'other'], vllm_xargs: { token: 1 } },
      'logits_processors[1]',
      /'other'.*only/,
    ],
    [{ logits_processors: [{ qualname: 'only', args: ['x'] }] }, 'logits_processors[0]', /must be a number/],
    [{ logits_processors: ['toString'] }, 'logits_processors[0]', /no logits processor/],
    [
      { logits_processors: [{ qualname: 'only', args: [97] }], vllm_xargs: { frobnicate: 1 } },
      'vllm_xargs.frobnicate',
      /taken by none/,
    ],
    [{ logits_processors: ['all'] }, 'logits_processors', /leaves no token/],
  ];
  const all: LogitsProcessorFactory =
    () =>
    ({ logits }) =>
      void logits.fill(-Infinity);
  for (const [parameters, param, message] of cases) {
    const [answer] = run({ only, all }, { parameters }).answers;
    assert.ok(typeof answer === 'object');
    assert.deepEqual([answer.status, answer.param], [400, param]);
    assert.match(answer.message, message);
  }
  const many = { logits_processors: new Array<string>(17).fill('only') };
  assert.throws(() => processorWish(many), { status: 400, param: 'logits_processors' });
  assert.throws(() => processorWish({ vllm_xargs: { a: 1 } }), { status: 400, param: 'vllm_xargs' });
  assert.equal(processorWish({ logits_processors: [], vllm_xargs: {} }), undefined);
});
