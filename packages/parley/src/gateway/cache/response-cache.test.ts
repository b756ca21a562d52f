import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Parameters } from '../../core/complete.ts';
import type { ChatEvent, TokenInfo } from '../../core/event.ts';
import { fold } from '../../core/fold.ts';
import { FakeClock } from '../fake-clock.test.support.ts';
import type { GatewayOptions } from '../gateway.ts';
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
} from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';
import { MemoryCache } from './memory-cache.ts';
import { responseCache } from './response-cache.ts';

function stage(
  a: Script | readonly Script[],
  options: Pick<Partial<GatewayOptions>, 'cache'> & { readonly seconds?: number } = {},
) {
  const { seconds, ...more } = options;
  const clock = new FakeClock();
  const store = new MemoryCache({ clock, maximumEntries: 100, maximumBytes: 1_000_000 });
  const retry = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
  const only = target('a', { provider: { continuation: 'none' } });
  const model = deployment([only], { aliases: ['quick'], retry, cache: seconds ? { seconds } : undefined });
  const made = new Stage([model], { a }, { clock, cache: { store, shared: false }, ...more });
  return { stage: made, store };
}

const cached = (seconds: number, more: Parameters = {}) => asking({ ...more, parley: { cache: seconds } });
const CACHE = 'x-parley-cache';

describe('the response cache', () => {
  it('gives the same answer to the same request, to those who ask for it', async () => {
    const { stage: scene } = stage([says('One', ' two'), says('another')]);
    const first = await scene.ask(cached(60, { temperature: 2 }));
    const second = await scene.ask(cached(60, { temperature: 2 }));
    assert.deepEqual([first.details[CACHE], second.details[CACHE]], ['miss', 'hit']);
    assert.deepEqual([first.text, second.text], ['One two', 'One two']);
    assert.equal(second.events[0]?.type === 'start' && second.events[0].id, 'call-2');
    assert.deepEqual(second.usage, { ...first.usage, cachedTokens: first.usage?.promptTokens });
    assert.equal(scene.records.length, 1, 'no attempt was made for it');
    const third = await scene.ask(asking({ temperature: 2 }));
    assert.deepEqual([third.text, third.details[CACHE]], ['another', undefined]);
  });

  it('is for all requests of a model where the operator says so, but those that decline', async () => {
    const { stage: scene } = stage([says('1'), says('2')], { seconds: 60 });
    const texts = [
      await scene.ask(),
      await scene.ask({ ...asking(), model: 'quick' }),
      await scene.ask(cached(0)),
    ].map((answer) => answer.text);
    assert.deepEqual(texts, ['1', '1', '2']);
  });

  it('tells requests apart by all that decides the answer, and by nothing else', async () => {
    const same: readonly Parameters[] = [
      { stream: true, stream_options: { include_usage: true } },
      {
        user: 'u',
        priority: 3,
        request_id: 'r',
        prompt_cache_key: 'k',
        metadata: { a: 'b' },
        service_tier: 'flex',
      },
      { temperature: null },
    ];
    const others: readonly Parameters[] = [
      { temperature: 0.5 },
      { seed: 1 },
      { logprobs: true },
      { cache_salt: 'mine' },
      { max_tokens: 5 },
      { response_format: { type: 'json_object' } },
    ];
    for (const [parameters, outcome] of [
      ...same.map((each) => [each, 'hit'] as const),
      ...others.map((each) => [each, 'miss'] as const),
    ]) {
      const { stage: scene } = stage(says('ok'));
      await scene.ask(cached(60));
      const { details } = await scene.ask(cached(60, parameters));
      assert.equal(details[CACHE], outcome, JSON.stringify(parameters));
    }
    const { stage: scene } = stage(says('ok'));
    await scene.ask(cached(60));
    assert.equal((await scene.ask({ ...cached(60), unknown: { top_a: 1 } })).details[CACHE], 'miss');
    const content = 'Something else';
    assert.equal(
      (await scene.ask({ ...cached(60), input: { kind: 'text', text: content } })).details[CACHE],
      'miss',
    );
  });

  it('keeps callers apart, unless they may share', async () => {
    const ask = async (shared: boolean) => {
      const clock = new FakeClock();
      const store = new MemoryCache({ clock, maximumEntries: 9, maximumBytes: 9_999 });
      const { stage: scene } = stage(says('ok'), { cache: { store, shared } });
      await scene.ask(cached(60), { principal: { id: 'one' } });
      return (await scene.ask(cached(60), { principal: { id: 'two' } })).details[CACHE];
    };
    assert.deepEqual([await ask(false), await ask(true)], ['miss', 'hit']);
  });

  it('does not give an answer that is older than a request takes', async () => {
    const { stage: scene } = stage([says('1'), says('2')]);
    await scene.ask(cached(3_600));
    await scene.clock.advance(120_000);
    assert.equal((await scene.ask(cached(3_600))).text, '1');
    assert.equal((await scene.ask(cached(60))).text, '2');
  });

  it('keeps whole answers only', async () => {
    const filtered: Script = async function* (scene) {
      yield start(scene);
      yield text('no');
      yield end('content_filter');
      yield* tail();
    };
    const bad: readonly Script[] = [breaksOff('One'), fails('upstream'), filtered];
    for (const script of bad) {
      const { stage: scene, store } = stage(script);
      await scene.ask(cached(60));
      assert.equal(store.entries, 0);
    }
    const { stage: scene, store } = stage(says('One', ' two'));
    for await (const event of scene.gateway.complete(cached(60), scene.context())) {
      if (event.type === 'text-delta') break;
    }
    assert.equal(store.entries, 0);
    await scene.ask(cached(60));
    assert.equal(store.entries, 1);
  });

  it('keeps nothing of a call that ends without saying so', async () => {
    const clock = new FakeClock();
    const store = new MemoryCache({ clock, maximumEntries: 9, maximumBytes: 9_999 });
    const onStoreFailure = assert.ifError;
    const cache = responseCache({ store, clock, shared: false, model: 'fast', seconds: 60, onStoreFailure });
    const { stage: scene } = stage(says('ok'));
    const truncated = cache(async function* () {
      yield text('One');
    });
    for await (const _ of truncated(asking(), scene.context()));
    assert.equal(store.entries, 0);
  });

  it('keeps an answer with all that belongs to it', async () => {
    const token: TokenInfo = { id: 3, bytes: Uint8Array.of(65), logprob: Number.NEGATIVE_INFINITY, top: [] };
    const events: ChatEvent[] = [
      { type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1 },
      { type: 'text-delta', choice: 0, text: 'A', tokenCount: 1, tokens: [token] },
      { type: 'text-delta', choice: 0, text: 'A', tokenCount: 1, tokens: [token] },
      { type: 'tool-call-start', choice: 0, index: 0, id: 'c', kind: 'custom', name: 'f', tokenCount: 1 },
      { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{}', tokenCount: 2 },
      { type: 'choice-end', choice: 0, reason: 'tool_calls', tokenCount: 1 },
    ];
    const a: Script = async function* (scene) {
      const promptLogprobs = (function* () {
        yield { id: 1, bytes: Uint8Array.of(66), top: [] };
      })();
      const beginning = start(scene);
      yield beginning.type === 'start' ? { ...beginning, promptLogprobs } : beginning;
      yield* events;
      yield* tail();
    };
    const { stage: scene } = stage(a);
    await scene.ask(cached(60));
    const { events: again } = await scene.ask(cached(60));
    const folded = await fold(
      (async function* () {
        yield* again;
      })(),
    );
    const [choice] = folded.choices;
    assert.deepEqual(choice?.tokens, [token, token]);
    assert.deepEqual([choice?.text, choice?.reasoning, choice?.toolCalls[0]?.arguments], ['AA', 'hm', '{}']);
    assert.deepEqual([...(folded.start.promptLogprobs ?? [])].length, 1);
    assert.equal(folded.timing.totalSeconds, 0);
  });

  it('stops no call when it is out of reach', async () => {
    const broken = async () => {
      throw new Error('no connection');
    };
    const { stage: scene } = stage(says('ok'), {
      cache: { store: { get: broken, set: broken }, shared: false },
    });
    const { text: said, details } = await scene.ask(cached(60));
    assert.deepEqual([said, details[CACHE]], ['ok', 'miss']);
    assert.deepEqual(scene.logged, ['response cache out of reach', 'response cache out of reach']);
  });

  it('is reported where there is none', async () => {
    const { stage: scene } = stage(says('ok'), { cache: undefined });
    const { report } = await scene.ask(cached(60));
    assert.deepEqual(
      report.entries.map(({ name, change }) => [name, change]),
      [['parley.cache', 'ignored']],
    );
    assert.equal((await scene.ask(cached(0))).report.entries.length, 0);
  });

  it('does not fill with answers that are very long', async () => {
    const { stage: scene, store } = stage(says('x'.repeat(3_000_000), 'x'.repeat(3_000_000)));
    await scene.ask(cached(60));
    assert.equal(store.entries, 0);
  });
});
