import assert from 'node:assert/strict';
import type { ChatCompletion, ChatCompletionChunk } from '@parley/protocol';
import type { Probe, Reply } from './effects/probe.ts';

export type Choice = ChatCompletion['choices'][number];

/** What a choice amounts to, whole or streamed; ids of calls differ from answer to answer, so they are left out. */
export interface Heard {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly kind: string; readonly name: string; readonly input: string }[];
  readonly finish: string | null;
  readonly tokenIds: readonly number[];
}

export function heard({ message, finish_reason: finish, token_ids: tokenIds = [] }: Choice): Heard {
  const calls = (message.tool_calls ?? []).map((call) =>
    call.type === 'custom'
      ? { kind: 'custom', name: call.custom.name, input: call.custom.input }
      : { kind: 'function', name: call.function.name, input: call.function.arguments },
  );
  return {
    content: message.content ?? '',
    reasoning: message.reasoning ?? '',
    calls,
    finish,
    tokenIds: tokenIds ?? [],
  };
}

/** Joins the deltas of one choice, and checks what holds for each chunk of any stream. */
export function joined(chunks: readonly ChatCompletionChunk[], index = 0): Heard {
  const own = chunks.flatMap(({ choices }) => choices.filter((choice) => choice.index === index));
  const calls: { id: string; kind: string; name: string; input: string }[] = [];
  const tokenIds: number[] = [];
  let content = '';
  let reasoning = '';
  for (const [at, { delta, finish_reason: finish, token_ids: ids }] of own.entries()) {
    assert.equal(delta.role, at === 0 ? 'assistant' : undefined);
    assert.equal(finish !== null, at === own.length - 1, 'the last chunk says why it ended');
    assert.ok(!delta.content || !delta.reasoning, 'reasoning and content in one chunk');
    assert.equal(delta.reasoning, delta.reasoning_content);
    content += delta.content ?? '';
    reasoning += delta.reasoning ?? '';
    tokenIds.push(...(ids ?? []));
    for (const { index: place, id, type, function: called, custom } of delta.tool_calls ?? []) {
      const known = calls[place];
      if (known) assert.deepEqual([id, type], [undefined, undefined]);
      const call = known ?? {
        id: id ?? '',
        kind: type ?? '',
        name: called?.name ?? custom?.name ?? '',
        input: '',
      };
      call.input += called?.arguments ?? custom?.input ?? '';
      calls[place] = call;
    }
  }
  assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length, 'ids are unique');
  const finish = own.at(-1)?.finish_reason ?? null;
  return { content, reasoning, calls: calls.map(({ id: _own, ...call }) => call), finish, tokenIds };
}

/** Asks twice, whole and streamed: both must say the same, token for token. */
export async function both(probe: Probe, body: Record<string, unknown>): Promise<Reply> {
  const all = { ...body, return_token_ids: true };
  const whole = await probe.get(all);
  const stream = await probe.get({ ...all, stream: true, stream_options: { include_usage: true } });
  const { choices, usage } = whole.body;
  for (const choice of choices) {
    assert.deepEqual(joined(stream.chunks, choice.index), heard(choice), JSON.stringify(body));
  }
  const { prompt_tokens_details: _cached, ...counted } = usage ?? {};
  const { prompt_tokens_details: _again, ...streamed } = stream.chunks.at(-1)?.usage ?? {};
  assert.deepEqual(streamed, counted);
  const ids = choices.reduce((sum, { token_ids: own }) => sum + (own?.length ?? 0), 0);
  assert.equal(ids, usage?.completion_tokens, 'every token has its id once');
  return whole;
}

/** The text that the tokens stand for, marks and all. */
export async function rawText(probe: Probe, tokens: readonly number[]): Promise<string> {
  const response = await fetch(`${probe.url}/detokenize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tokens }),
  });
  const { prompt }: { prompt: string } = JSON.parse(await response.text());
  return prompt;
}

/** The bytes of log probabilities, joined. */
export function bytesOf(logprobs: Choice['logprobs']): string {
  const bytes = logprobs?.content?.flatMap(({ bytes: own }) => own ?? []) ?? [];
  return Buffer.from(bytes).toString();
}
