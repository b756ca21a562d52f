import type { PartialCompletion } from './accumulate.ts';
import type { FinishReason, Logprobs, Usage } from './wire/answer-fields.ts';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ResponseMessage,
  ResponseToolCall,
} from './wire/chat-answer.ts';

/** What happens in a stream, in order. `choice` and `index` count from 0; `snapshot` is the text so far. */
export type StreamEvent =
  | { type: 'chunk'; chunk: ChatCompletionChunk }
  | { type: 'text-delta'; choice: number; text: string; snapshot: string }
  | { type: 'reasoning-delta'; choice: number; text: string; snapshot: string }
  | { type: 'refusal-delta'; choice: number; text: string; snapshot: string }
  | { type: 'logprobs'; choice: number; logprobs: Logprobs }
  | { type: 'tool-call-start'; choice: number; index: number; id: string; name: string }
  | { type: 'tool-call-delta'; choice: number; index: number; arguments: string; snapshot: string }
  | { type: 'tool-call-end'; choice: number; index: number; call: ResponseToolCall }
  | { type: 'choice-end'; choice: number; reason: FinishReason; message: ResponseMessage }
  | { type: 'usage'; usage: Usage }
  | { type: 'end'; completion: ChatCompletion };

const TEXTS = [
  ['text-delta', 'content'],
  ['reasoning-delta', 'reasoning'],
  ['reasoning-delta', 'reasoning_content'],
  ['refusal-delta', 'refusal'],
] as const;

/** Tells what each chunk adds. Chunks are read in order, each after it was added to `answer`. */
export class EventReader {
  readonly #answer: PartialCompletion;
  /** Of each choice: how much of each call's arguments was told. */
  readonly #told = new Map<number, number[]>();

  constructor(answer: PartialCompletion) {
    this.#answer = answer;
  }

  *read(chunk: ChatCompletionChunk): Generator<StreamEvent> {
    yield { type: 'chunk', chunk };
    for (const { index: choice, delta, logprobs, finish_reason: reason } of chunk.choices ?? []) {
      const message = this.#answer.choices.find(({ index }) => index === choice)?.message;
      if (!message) continue;
      for (const [type, key] of TEXTS) {
        const text = delta?.[key];
        // Some servers say the reasoning twice, under both of its names.
        if (!text || (key === 'reasoning_content' && delta.reasoning)) continue;
        yield { type, choice, text, snapshot: message[key] ?? '' };
      }
      if (logprobs) yield { type: 'logprobs', choice, logprobs };
      yield* this.#calls(choice, message.tool_calls ?? [], !!reason);
      if (reason) yield { type: 'choice-end', choice, reason, message };
    }
    if (chunk.usage) yield { type: 'usage', usage: chunk.usage };
  }

  *#calls(choice: number, calls: readonly ResponseToolCall[], ended: boolean): Generator<StreamEvent> {
    const told = this.#told.get(choice) ?? [];
    this.#told.set(choice, told);
    for (const [index, call] of calls.entries()) {
      const before = told[index];
      if (before === -1) continue;
      const [name, snapshot] =
        call.type === 'custom'
          ? [call.custom.name, call.custom.input ?? '']
          : [call.function.name, call.function.arguments ?? ''];
      if (before === undefined) yield { type: 'tool-call-start', choice, index, id: call.id, name };
      const text = snapshot.slice(before);
      if (text) yield { type: 'tool-call-delta', choice, index, arguments: text, snapshot };
      // Calls may come side by side, so none has ended before its choice has.
      told[index] = ended ? -1 : snapshot.length;
      if (ended) yield { type: 'tool-call-end', choice, index, call };
    }
  }
}
