import assert from 'node:assert/strict';
import type { ChatCompletion, ChatCompletionChunk, ToolCallDelta } from '../shapes/chat.ts';
import type { TokenLogprob } from '../shapes/logprobs.ts';

export interface GatheredCall {
  readonly id: string;
  readonly type: 'function' | 'custom';
  readonly name: string;
  /** Arguments of a function, or the input of a custom tool. */
  text: string;
}

/** What a client has of a choice at the end. */
export interface GatheredChoice {
  content: string;
  reasoning: string;
  readonly calls: GatheredCall[];
  finishReason: string | undefined;
  stopReason: string | number | null;
  /** Empty when none were asked for. */
  readonly logprobs: TokenLogprob[];
  readonly tokenIds: number[];
}

const empty = (): GatheredChoice => ({
  content: '',
  reasoning: '',
  calls: [],
  finishReason: undefined,
  stopReason: null,
  logprobs: [],
  tokenIds: [],
});

/** Puts a stream together, by index. */
export function gather(chunks: readonly ChatCompletionChunk[]): GatheredChoice[] {
  const gathered: GatheredChoice[] = [];
  for (const piece of chunks.flatMap(({ choices }) => choices)) {
    gathered[piece.index] ??= empty();
    const choice = gathered[piece.index];
    if (!choice) continue;
    choice.content += piece.delta.content ?? '';
    choice.reasoning += piece.delta.reasoning ?? '';
    for (const delta of piece.delta.tool_calls ?? []) addCall(choice.calls, delta);
    choice.finishReason = piece.finish_reason ?? choice.finishReason;
    choice.stopReason = piece.stop_reason ?? choice.stopReason;
    choice.logprobs.push(...(piece.logprobs?.content ?? []));
    choice.tokenIds.push(...(piece.token_ids ?? []));
  }
  return gathered;
}

/** A call begins with its id, kind and name, and calls follow each other by index; nothing of that is told twice. */
function addCall(calls: GatheredCall[], delta: ToolCallDelta): void {
  const call = calls[delta.index];
  if (call) {
    assert.deepEqual(
      [delta.id, delta.type, delta.function?.name, delta.custom?.name],
      Array(4).fill(undefined),
    );
    call.text += delta.function?.arguments ?? delta.custom?.input ?? '';
    return;
  }
  const name = delta.function?.name ?? delta.custom?.name;
  assert.equal(delta.index, calls.length, 'calls do not follow each other');
  assert.ok(
    delta.id !== undefined && delta.type !== undefined && name !== undefined,
    'a call without id, type or name',
  );
  assert.equal(delta.type === 'custom', delta.custom !== undefined);
  calls.push({
    id: delta.id,
    type: delta.type,
    name,
    text: delta.function?.arguments ?? delta.custom?.input ?? '',
  });
}

/** The same of a whole answer. */
export function gatherWhole({ choices }: ChatCompletion): GatheredChoice[] {
  return choices.map(({ message, ...choice }) => ({
    content: message.content ?? '',
    reasoning: message.reasoning ?? '',
    calls: (message.tool_calls ?? []).map((call) =>
      call.type === 'custom'
        ? { id: call.id, type: call.type, name: call.custom.name, text: call.custom.input }
        : { id: call.id, type: call.type, name: call.function.name, text: call.function.arguments },
    ),
    finishReason: choice.finish_reason,
    stopReason: choice.stop_reason ?? null,
    logprobs: choice.logprobs?.content ?? [],
    tokenIds: choice.token_ids ?? [],
  }));
}

/** Without what differs from call to call. */
export function withoutIds(choices: readonly GatheredChoice[]): object[] {
  return choices.map((choice) => ({ ...choice, calls: choice.calls.map(({ id, ...call }) => call) }));
}
