import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { QUANTIZED_MODEL, references } from '../llama/shipped-model.ts';
import type { PromptThreadOptions } from './prompt-thread.ts';
import { PromptThread } from './prompt-thread.ts';
import { type PackedPrompt, type PromptParameters, packPrompt } from './request.ts';
import { ENDLESS, LIST_EATER, NESTED_LOOPS, RECURSIVE } from './templates.test.fixture.ts';

const never = new AbortController().signal;

async function withThread(
  options: Partial<PromptThreadOptions>,
  use: (thread: PromptThread) => Promise<void>,
): Promise<void> {
  const thread = new PromptThread({ modelPath: QUANTIZED_MODEL, contextLength: 512, ...options });
  try {
    await use(thread);
  } finally {
    await thread.close();
  }
  assert.equal(thread.inFlight, 0);
}

function hello(parameters: PromptParameters = {}): PackedPrompt {
  const messages = [{ role: 'user' as const, content: 'Hello!' }];
  return packPrompt({ input: { kind: 'messages', messages }, parameters });
}

test('gives the tokens of the reference', () =>
  withThread({}, async (thread) => {
    const { ids, text } = references()[3]!;
    const prepared = await thread.prepare(hello(), never);
    const { echo, badWords, ignored } = prepared;
    assert.deepEqual([prepared.tokens, prepared.text], [ids, text]);
    assert.deepEqual({ echo, badWords, ignored }, { echo: undefined, badWords: undefined, ignored: [] });
    assert.deepEqual((await thread.tokenize(hello(), never)).tokens, ids);
    assert.equal(await thread.detokenize(ids, never), text);
  }));

test('an error of the renderer arrives whole', () =>
  withThread({}, async (thread) => {
    await assert.rejects(thread.prepare(hello({ chat_template: 'x' }), never), (error) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual(
        [error.status, error.param, error.code],
        [400, 'chat_template', 'unsupported_parameter'],
      );
      return true;
    });
  }));

test('a template of the operator takes the place of the model’s', () =>
  withThread({ chatTemplate: '[{{ messages[0].content }}]' }, async (thread) => {
    assert.equal((await thread.prepare(hello(), never)).text, '[Hello!]');
  }));

test('the clock is injected', () =>
  withThread(
    { chatTemplate: "{{ messages[0].content + strftime_now('%Y') }}", now: () => new Date(2031, 5, 1) },
    async (thread) => {
      assert.equal((await thread.prepare(hello(), never)).text, 'Hello!2031');
    },
  ));

describe('hostile templates leave the thread working', () => {
  for (const [name, source] of Object.entries({ ENDLESS, NESTED_LOOPS, RECURSIVE, LIST_EATER })) {
    test(name, () =>
      withThread({ allowRequestTemplate: true, renderTimeoutMilliseconds: 200 }, async (thread) => {
        const hostile = thread.prepare(hello({ chat_template: source }), never);
        const neighbour = thread.prepare(hello(), never);
        await assert.rejects(hostile, (error) => error instanceof ApiError && error.status === 400);
        assert.deepEqual((await neighbour).tokens, references()[3]!.ids);
      }),
    );
  }

  test('a thread that does not answer in time is replaced', () =>
    withThread(
      { allowRequestTemplate: true, renderTimeoutMilliseconds: 60_000, jobTimeoutMilliseconds: 300 },
      async (thread) => {
        await thread.prepare(hello(), never);
        const hostile = thread.prepare(hello({ chat_template: NESTED_LOOPS }), never);
        const neighbour = thread.prepare(hello(), never);
        await assert.rejects(hostile, { code: 'template_timeout', status: 400 });
        assert.deepEqual((await neighbour).tokens, references()[3]!.ids);
      },
    ));
});

describe('cancellation and bounds', () => {
  test('an aborted signal ends a job that waits and one that was never begun', () =>
    withThread({}, async (thread) => {
      const controller = new AbortController();
      const first = thread.prepare(hello(), never);
      const second = thread.prepare(hello(), controller.signal);
      controller.abort(new Error('gone'));
      await assert.rejects(second, /gone/);
      await assert.rejects(thread.prepare(hello(), controller.signal), /gone/);
      await first;
      assert.equal(thread.inFlight, 0);
    }));

  test('a full queue is a 429', () =>
    withThread({ inFlightLimit: 2 }, async (thread) => {
      const accepted = [thread.prepare(hello(), never), thread.prepare(hello(), never)];
      await assert.rejects(thread.prepare(hello(), never), { status: 429 });
      await Promise.all(accepted);
      await thread.prepare(hello(), never);
    }));

  test('closing rejects what waits and what comes', async () => {
    const thread = new PromptThread({ modelPath: QUANTIZED_MODEL, contextLength: 512 });
    const waiting = thread.prepare(hello(), never);
    await Promise.all([assert.rejects(waiting, { status: 503 }), thread.close()]);
    await assert.rejects(thread.prepare(hello(), never), { status: 503 });
  });

  test('a model that does not load fails every job', () =>
    withThread({ modelPath: '/nowhere/model.gguf' }, async (thread) => {
      const jobs = [thread.prepare(hello(), never), thread.prepare(hello(), never)];
      for (const job of jobs) {
        await assert.rejects(job, (error: ApiError) => {
          // The path is for the log, not for the caller.
          assert.deepEqual([error.status, error.message.includes('nowhere')], [500, false]);
          assert.match(String(error.cause), /nowhere/);
          return true;
        });
      }
    }));

  test('listeners are removed from a signal that lives on', () =>
    withThread({}, async (thread) => {
      const { signal } = new AbortController();
      let balance = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: Parameters<AbortSignal['addEventListener']>) => {
        balance++;
        addEventListener.apply(signal, args);
      };
      signal.removeEventListener = (...args: Parameters<AbortSignal['removeEventListener']>) => {
        balance--;
        removeEventListener.apply(signal, args);
      };
      await thread.prepare(hello(), signal);
      assert.equal(balance, 0);
    }));
});
