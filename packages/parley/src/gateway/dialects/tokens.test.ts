import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Parameters } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import { requestOf, targetOf } from '../target.test.support.ts';
import { AnswerWriter } from './answer-writer.ts';
import { DIALECTS } from './dialects.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** The events of a whole body. */
function read(
  dialect: 'openai' | 'gemini',
  body: unknown,
  parameters: Parameters,
  input?: { readonly kind: 'text'; readonly text: string },
): readonly ChatEvent[] {
  const writer = new AnswerWriter({ id: 'id', model: 'm', created: 1, fingerprint: 'fp_1' });
  DIALECTS[dialect].reader(writer, requestOf(parameters, input)).whole(body);
  return writer.take();
}

const entry = (token: string, logprob: number, more: object = {}) => ({
  token,
  logprob,
  bytes: [...bytes(token)],
  ...more,
});

describe('log probabilities and ids of tokens', () => {
  it('come with the text that they belong to', () => {
    const content = [
      entry('Hel', -0.5, { top_logprobs: [entry('Hel', -0.5), entry('Hal', -1.5)] }),
      { token: 'token_id:42', logprob: -9999, bytes: null, top_logprobs: [] },
    ];
    const body = {
      choices: [
        {
          index: 0,
          message: { content: 'Hello' },
          logprobs: { content },
          token_ids: [7, 42],
          finish_reason: 'stop',
        },
      ],
    };
    const [, text, end] = read('openai', body, { logprobs: true, return_token_ids: true });
    assert.ok(text?.type === 'text-delta');
    assert.deepEqual(text.tokenIds, [7, 42]);
    assert.equal(text.tokenCount, 2);
    assert.deepEqual(text.tokens?.[0], {
      id: -1,
      bytes: bytes('Hel'),
      logprob: -0.5,
      top: [
        { id: -1, bytes: bytes('Hel'), logprob: -0.5 },
        { id: -1, bytes: bytes('Hal'), logprob: -1.5 },
      ],
    });
    assert.deepEqual(text.tokens?.[1], {
      id: 42,
      bytes: bytes(''),
      logprob: Number.NEGATIVE_INFINITY,
      top: [],
    });
    assert.ok(end?.type === 'choice-end' && end.tokenCount === 0);
  });

  it('are not told to whom did not ask', () => {
    const body = {
      prompt_token_ids: [1],
      choices: [
        {
          index: 0,
          message: { content: 'a' },
          logprobs: { content: [entry('a', -1)] },
          token_ids: [7],
          finish_reason: 'stop',
        },
      ],
    };
    const [start, text] = read('openai', body, {});
    assert.ok(start?.type === 'start' && !('promptTokenIds' in start));
    assert.ok(text?.type === 'text-delta' && text.tokens === undefined && text.tokenIds === undefined);
  });

  it('of reasoning stay with the reasoning', () => {
    const body = {
      choices: [
        {
          index: 0,
          message: { reasoning: 'r', content: 'a' },
          reasoning_logprobs: { content: [entry('r', -1)] },
          logprobs: { content: [entry('a', -2)] },
          finish_reason: 'stop',
        },
      ],
    };
    const [, reasoning, text] = read('openai', body, { logprobs: true });
    assert.ok(reasoning?.type === 'reasoning-delta' && reasoning.tokens?.[0]?.logprob === -1);
    assert.ok(text?.type === 'text-delta' && text.tokens?.[0]?.logprob === -2);
  });

  it('of the prompt are those of its own tokens, whatever the order of the candidates', () => {
    const body = {
      prompt_token_ids: [5, 9],
      prompt_logprobs: [
        null,
        {
          3: { logprob: -0.1, rank: 1, decoded_token: 'b' },
          9: { logprob: -4, rank: 17, decoded_token: 'c' },
        },
      ],
      choices: [{ index: 0, message: { content: 'a' }, finish_reason: 'stop' }],
    };
    const [start] = read('openai', body, { prompt_logprobs: 1 });
    assert.ok(start?.type === 'start');
    assert.deepEqual(
      [...(start.promptLogprobs ?? [])],
      [
        { id: 5, bytes: new Uint8Array(), top: [] },
        {
          id: 9,
          bytes: bytes('c'),
          logprob: -4,
          rank: 17,
          top: [{ id: 3, bytes: bytes('b'), logprob: -0.1 }],
        },
      ],
    );
    const { prompt_token_ids: _ids, ...without } = body;
    assert.throws(() => read('openai', without, { prompt_logprobs: 1 }), /without the ids/);
  });

  it('come from Gemini with their ids', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'a', tokenId: 7, logProbability: -0.25 }],
      topCandidates: [{ candidates: [{ token: 'a', tokenId: 7, logProbability: -0.25 }] }],
    };
    const body = {
      candidates: [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP', logprobsResult }],
    };
    const [, text] = read('gemini', body, { logprobs: true });
    assert.ok(text?.type === 'text-delta');
    const candidate = { id: 7, bytes: bytes('a'), logprob: -0.25 };
    assert.deepEqual(text.tokens, [{ ...candidate, top: [candidate] }]);
  });
});

describe('prompts that are no conversation', () => {
  it('go to the older endpoint, in its words', () => {
    const request = requestOf(
      { max_completion_tokens: 5, logprobs: true, top_logprobs: 2 },
      { kind: 'tokens', tokens: [1, 2] },
    );
    const { url, body } = DIALECTS.openai.encode(
      targetOf('vllm', { baseUrl: 'http://a.example/v1' }),
      request,
    );
    assert.equal(url, 'http://a.example/v1/completions');
    assert.deepEqual(body, {
      model: 'the-model',
      stream: true,
      stream_options: { include_usage: true },
      prompt: [1, 2],
      max_tokens: 5,
      logprobs: 2,
    });
    for (const name of ['groq', 'anthropic', 'gemini']) {
      const target = targetOf(name);
      const dialect = DIALECTS[target.upstream.provider.dialect];
      assert.throws(() => dialect.encode(target, request), { param: 'prompt', status: 400 });
    }
  });

  it('are answered in its form', () => {
    const body = {
      model: 'up',
      choices: [
        {
          index: 0,
          text: 'ab',
          prompt_token_ids: [1, 2],
          token_ids: [3, 4],
          logprobs: {
            tokens: ['a', 'b'],
            token_logprobs: [-1, null],
            top_logprobs: [{ a: -1, c: -2 }, null],
            text_offset: [0, 1],
          },
          finish_reason: 'length',
          stop_reason: null,
        },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
    };
    const [start, usage, text, end] = read(
      'openai',
      body,
      { logprobs: true, return_token_ids: true },
      { kind: 'text', text: 'x' },
    );
    assert.ok(start?.type === 'start' && start.model === 'up');
    assert.deepEqual(start.promptTokenIds, [1, 2]);
    assert.ok(usage?.type === 'usage' && !usage.final);
    assert.ok(text?.type === 'text-delta' && text.text === 'ab');
    assert.deepEqual(text.tokenIds, [3, 4]);
    assert.deepEqual(
      text.tokens?.map(({ logprob, top }) => [logprob, top.length]),
      [
        [-1, 2],
        [Number.NEGATIVE_INFINITY, 0],
      ],
    );
    assert.ok(end?.type === 'choice-end' && end.reason === 'length');
  });
});
