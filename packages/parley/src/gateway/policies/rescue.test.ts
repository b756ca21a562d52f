import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import type { Parameters } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import {
  asking,
  breaksOff,
  deployment,
  end,
  fails,
  type Script,
  says,
  start,
  tail,
  target,
  text,
  USAGE,
} from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';
import { failure } from '../upstream-failure.ts';

const retry = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
const prefills = { continuation: 'assistant-prefill' } as const;
const refuses = { continuation: 'none' } as const;
const pair = (provider: { readonly continuation: 'assistant-prefill' | 'none' | 'continue_final_message' }) =>
  deployment([target('a', { provider: refuses }), target('b', { priority: 1, provider })], { retry });

const fault = (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  return error.code;
};

describe('an answer that breaks off in its text', () => {
  it('is gone on with at a target that takes a prefilled answer', async () => {
    const stage = new Stage([pair(prefills)], { a: breaksOff('One ', 'two'), b: says(' three', '.') });
    const {
      text: whole,
      error,
      events,
      usage,
      details,
    } = await stage.ask(asking({ max_tokens: 10, min_tokens: 5 }));
    assert.equal(error, undefined);
    assert.equal(whole, 'One two three.');
    assert.equal(events.filter(({ type }) => type === 'start').length, 1);
    assert.deepEqual(usage, USAGE, 'the call that broke off told no usage and is not billed');
    assert.equal(details['x-parley-target'], 'a, b');
    const { request } = stage.targets.called('b')[0] ?? {};
    assert.deepEqual(request?.input, {
      kind: 'messages',
      messages: [
        { role: 'user', content: 'Hello?' },
        { role: 'assistant', content: 'One two' },
      ],
    });
    assert.deepEqual(request?.parameters, { max_tokens: 8, min_tokens: 3 });
  });

  it('is gone on with in the manner of vLLM where the target asks for that', async () => {
    const stage = new Stage([pair({ continuation: 'continue_final_message' })], {
      a: breaksOff('One'),
      b: says(' two'),
    });
    assert.equal((await stage.ask()).text, 'One two');
    const { parameters } = stage.targets.called('b')[0]?.request ?? {};
    assert.deepEqual(parameters, { continue_final_message: true, add_generation_prompt: false });
  });

  it('lengthens the answer that the request had begun itself', async () => {
    const stage = new Stage([pair({ continuation: 'continue_final_message' })], {
      a: breaksOff(' two'),
      b: says('.'),
    });
    const input = { kind: 'messages' as const, messages: [{ role: 'assistant' as const, content: 'One' }] };
    const parameters = { continue_final_message: true, add_generation_prompt: false };
    await stage.ask({ ...asking(parameters), input });
    assert.deepEqual(stage.targets.called('b')[0]?.request.input, {
      kind: 'messages',
      messages: [{ role: 'assistant', content: 'One two' }],
    });
  });

  it('is joined at white space, which no prefilled answer ends with', async () => {
    const spaces: readonly (readonly [string, readonly string[]])[] = [
      ['One \n', [' ', '\ntwo']],
      ['One \n', ['two']],
      ['One \n', [' two']],
    ];
    const texts: string[] = [];
    for (const [sent, rest] of spaces) {
      const stage = new Stage([pair(prefills)], { a: breaksOff(sent), b: says(...rest) });
      texts.push((await stage.ask()).text);
      const { input } = stage.targets.called('b')[0]?.request ?? {};
      assert.equal(input?.kind === 'messages' && input.messages.at(-1)?.content, 'One');
    }
    assert.deepEqual(texts, ['One \ntwo', 'One \ntwo', 'One \ntwo']);
  });

  it('says which parameters count anew', async () => {
    const stage = new Stage([pair(prefills)], { a: breaksOff('One'), b: says(' two') });
    const { report } = await stage.ask(asking({ seed: 7, presence_penalty: 1, frequency_penalty: 0 }));
    assert.deepEqual(
      report.entries.map(({ name, change }) => [name, change]),
      [
        ['seed', 'emulated'],
        ['presence_penalty', 'emulated'],
      ],
    );
  });

  it('sums what the upstreams say they used', async () => {
    const a: Script = async function* (scene) {
      yield start(scene);
      yield { type: 'usage', usage: { ...USAGE, completionTokens: 0 }, final: false };
      yield text('One');
      throw failure('interrupted');
    };
    const stage = new Stage([pair(prefills)], { a, b: says(' two') });
    const { usage } = await stage.ask();
    assert.deepEqual(usage, { promptTokens: 20, cachedTokens: 0, completionTokens: 5, reasoningTokens: 0 });
  });

  it('is begun anew where going on would not be the same', async () => {
    const parameters: readonly Parameters[] = [
      { response_format: { type: 'json_object' } },
      { structured_outputs: { choice: ['One two', 'three'] } },
      { stop: ['two', 'One!'] },
      { truncate_prompt_tokens: 5 },
    ];
    for (const each of parameters) {
      const stage = new Stage([pair(prefills)], { a: breaksOff('On', 'e'), b: says('One', ' two') });
      const { text: whole, error } = await stage.ask(asking(each));
      assert.deepEqual([whole, error], ['One two', undefined], JSON.stringify(each));
      assert.deepEqual(stage.targets.called('b')[0]?.request, asking(each));
    }
  });

  it('is begun anew, and said once, where no prefilled answer is taken', async () => {
    const stage = new Stage([pair(refuses)], {
      a: breaksOff('One', ' tw'),
      b: says('O', 'ne t', 'wo th', 'ree'),
    });
    const { text: whole, events } = await stage.ask();
    assert.equal(whole, 'One two three');
    assert.equal(events.filter(({ type }) => type === 'start').length, 1);
    assert.deepEqual(stage.targets.called('b')[0]?.request, asking());
  });

  it('is begun anew where a prefilled answer is refused against expectation', async () => {
    const stage = new Stage([pair(prefills)], {
      a: breaksOff('One'),
      b: [fails('request'), says('One', ' two')],
    });
    const { text: whole, error } = await stage.ask();
    assert.deepEqual([whole, error], ['One two', undefined]);
    assert.equal(stage.targets.called('b').length, 2);
  });

  it('ends in the error of the upstream where it is told otherwise the second time', async () => {
    for (const other of [says('Two'), says('On')]) {
      const stage = new Stage([pair(refuses)], { a: breaksOff('One'), b: other });
      const { text: whole, error, events } = await stage.ask();
      assert.equal(whole, 'One');
      assert.equal(fault(error), 'upstream_interrupted');
      assert.ok(!events.some(({ type }) => type === 'choice-end'));
      assert.equal(stage.targets.open, 0);
    }
  });

  it('is gone on with by the same target when there is no other', async () => {
    const only = deployment([target('a', { provider: prefills })], { retry });
    const stage = new Stage([only], { a: [breaksOff('One'), says(' two')] });
    assert.equal((await stage.ask()).text, 'One two');
    const hopeless = new Stage([only], { a: breaksOff('One') });
    assert.equal(fault((await hopeless.ask()).error), 'upstream_interrupted');
    assert.equal(hopeless.targets.calls.length, 4, 'three rescues and no more');
  });

  it('ends in an error with more choices than one', async () => {
    const stage = new Stage([pair(prefills)], { a: breaksOff('One'), b: says(' two') });
    assert.equal(fault((await stage.ask(asking({ n: 2 }))).error), 'upstream_interrupted');
    assert.equal(stage.targets.called('b').length, 0);
  });

  it('ends in an error where the failure is not of a kind that another target could make good', async () => {
    for (const kind of ['content-policy', 'request'] as const) {
      const a: Script = async function* (scene) {
        yield start(scene);
        yield text('One');
        throw failure(kind);
      };
      const stage = new Stage([pair(prefills)], { a, b: says(' two') });
      assert.ok((await stage.ask()).error, kind);
      assert.equal(stage.targets.called('b').length, 0, kind);
    }
  });

  it('is never taken for complete, even by an upstream that says it is', async () => {
    const a: Script = async function* (scene) {
      yield start(scene);
      yield text('One');
    };
    const stage = new Stage([pair(refuses)], { a, b: says('Two') });
    const { error } = await stage.ask();
    assert.equal(fault(error), 'upstream_interrupted');
  });

  it('may be told quite anew where nothing of it was seen', async () => {
    const stage = new Stage([pair(refuses)], { a: breaksOff('One'), b: says('Two') });
    const { text: whole, error, events } = await stage.ask(asking({ n: 2 }), { whole: true });
    assert.deepEqual([whole, error], ['Two', undefined]);
    assert.equal(events[0]?.type === 'start' && events[0].model, 'model-of-b');
  });

  it('ends at once when the caller goes while it is rescued', async () => {
    const abort = new AbortController();
    const stage = new Stage([pair(prefills)], { a: breaksOff('One'), b: says(5_000, ' two') });
    const answer = stage.listen(undefined, { signal: abort.signal });
    await stage.clock.advance(100);
    assert.equal(stage.targets.open, 1);
    abort.abort(new Error('gone'));
    assert.equal((await answer).error, abort.signal.reason);
    await stage.clock.advance(0);
    assert.deepEqual([stage.targets.open, stage.clock.timers], [0, 0]);
  });
});

describe('an answer that breaks off in a call of a tool', () => {
  const call = (id: string, ...pieces: readonly string[]): ChatEvent[] => [
    { type: 'tool-call-start', choice: 0, index: 0, id, kind: 'function', name: 'add', tokenCount: 1 },
    ...pieces.map(
      (each): ChatEvent => ({ type: 'tool-call-delta', choice: 0, index: 0, arguments: each, tokenCount: 1 }),
    ),
  ];
  const calling = (id: string, pieces: readonly string[], ...after: readonly ChatEvent[]): Script =>
    async function* (scene) {
      yield start(scene);
      yield text('Let me see.');
      yield* call(id, ...pieces);
      if (after.length === 0) throw failure('interrupted');
      yield* after;
      yield* tail();
    };

  it('is begun anew and keeps the id that the caller has', async () => {
    const stage = new Stage([pair(prefills)], {
      a: calling('call-a', ['{"x"', ': 1']),
      b: calling('call-b', ['{"x": 1', '2}'], end('tool_calls')),
    });
    const { events, error } = await stage.ask();
    assert.equal(error, undefined);
    const ids = events.flatMap((event) => (event.type === 'tool-call-start' ? event.id : []));
    const pieces = events.flatMap((event) => (event.type === 'tool-call-delta' ? event.arguments : []));
    assert.deepEqual(ids, ['call-a']);
    assert.deepEqual(pieces, ['{"x"', ': 1', '2}']);
  });

  it('ends in an error where the call is another one', async () => {
    for (const pieces of [['{"y": 1}'], ['{"x": 2}'], ['{"x"']]) {
      const stage = new Stage([pair(prefills)], {
        a: calling('call-a', ['{"x": 1']),
        b: calling('call-b', pieces, end('tool_calls')),
      });
      assert.equal(fault((await stage.ask()).error), 'upstream_interrupted', pieces[0]);
    }
  });
});

describe('the usage of an answer', () => {
  it('is estimated, and marked as that, where no upstream tells it', async () => {
    const a: Script = async function* (scene) {
      yield start(scene);
      yield text('word '.repeat(40));
      yield end();
      yield* tail().filter(({ type }) => type !== 'usage');
    };
    const stage = new Stage([deployment(['a'])], { a });
    const { usage, details, events } = await stage.ask();
    assert.deepEqual(usage, { promptTokens: 2, cachedTokens: 0, completionTokens: 50, reasoningTokens: 0 });
    assert.equal(details['x-parley-usage'], 'estimated');
    assert.deepEqual(
      events.slice(-2).map(({ type }) => type),
      ['usage', 'timing'],
    );
  });

  it("is the upstream's own where it tells it", async () => {
    const stage = new Stage([deployment(['a'])], { a: says('ok') });
    const { usage, details, events } = await stage.ask();
    assert.deepEqual(usage, USAGE);
    assert.equal(details['x-parley-usage'], undefined);
    assert.equal(events.filter(({ type }) => type === 'usage').length, 1);
  });
});
