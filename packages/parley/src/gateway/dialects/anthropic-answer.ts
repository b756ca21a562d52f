import type { ServerSentEvent } from '@parley/protocol';
import type { FinishReason, Usage } from '../../core/event.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { AnswerReader } from './dialect.ts';
import { throwFault } from './fault.ts';
import { countOf, isObject, type Json, objectOf, objectsOf, textOf } from './json.ts';

/** Events and bodies of the messages API. There is one choice. */
export class AnthropicAnswerReader implements AnswerReader {
  readonly #writer: AnswerWriter;
  /** Calls by the index of their block. */
  readonly #calls = new Map<number, number>();
  #usage: Json = {};
  #finished = false;

  constructor(writer: AnswerWriter) {
    this.#writer = writer;
  }

  get finished(): boolean {
    return this.#finished;
  }

  event({ event, data }: ServerSentEvent): void {
    const body: unknown = JSON.parse(data);
    throwFault(body, event === 'error');
    if (!isObject(body)) {
      this.#writer.skip();
      return;
    }
    this.#read(body);
  }

  whole(body: unknown): void {
    throwFault(body, false);
    if (!isObject(body)) return;
    this.#begin(body);
    for (const [index, block] of objectsOf(body.content).entries()) {
      this.#openBlock(index, block);
      if (block.type === 'tool_use')
        this.#writer.callArguments(0, this.#calls.get(index) ?? -1, JSON.stringify(block.input));
    }
    this.#end(textOf(body.stop_reason) ?? 'end_turn', body);
    this.#finished = true;
  }

  #read(body: Json): void {
    switch (body.type) {
      case 'message_start':
        this.#begin(objectOf(body.message) ?? {});
        return;
      case 'content_block_start':
        this.#openBlock(countOf(body.index) ?? 0, objectOf(body.content_block) ?? {});
        return;
      case 'content_block_delta':
        this.#delta(countOf(body.index) ?? 0, objectOf(body.delta) ?? {});
        return;
      case 'message_delta': {
        const delta = objectOf(body.delta) ?? {};
        this.#account(body.usage);
        const reason = textOf(delta.stop_reason);
        if (reason !== undefined) this.#end(reason, delta);
        return;
      }
      case 'message_stop':
        this.#finished = true;
        return;
      case 'content_block_stop':
      case 'ping':
        return;
      default:
        // "new event types may be added, and your code should handle unknown event types gracefully".
        return;
    }
  }

  #begin(message: Json): void {
    const model = textOf(message.model);
    this.#writer.head({ ...(model && { model }) });
    this.#account(message.usage);
  }

  #openBlock(index: number, block: Json): void {
    const writer = this.#writer;
    if (block.type === 'text') writer.text(0, textOf(block.text) ?? '');
    else if (block.type === 'thinking') writer.reasoning(0, textOf(block.thinking) ?? '');
    else if (block.type === 'tool_use') {
      const call = { id: textOf(block.id), kind: 'function' as const, name: textOf(block.name) ?? '' };
      this.#calls.set(index, writer.callStart(0, call));
    }
  }

  #delta(index: number, delta: Json): void {
    const writer = this.#writer;
    if (delta.type === 'text_delta') writer.text(0, textOf(delta.text) ?? '');
    else if (delta.type === 'thinking_delta') writer.reasoning(0, textOf(delta.thinking) ?? '');
    else if (delta.type === 'input_json_delta') {
      writer.callArguments(0, this.#calls.get(index) ?? -1, textOf(delta.partial_json) ?? '');
    }
  }

  /** Later events repeat some of the numbers and add others; null says nothing. */
  #account(usage: unknown): void {
    if (!isObject(usage)) return;
    const said = Object.entries(usage).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(said) };
    this.#writer.use(usageOf(this.#usage));
  }

  #end(reason: string, delta: Json): void {
    const explanation = textOf(objectOf(delta.stop_details)?.explanation);
    if (reason === 'refusal' && explanation) this.#writer.refusal(0, explanation);
    const stop = reason === 'stop_sequence' ? textOf(delta.stop_sequence) : undefined;
    this.#writer.end(0, REASONS[reason] ?? 'stop', stop);
  }
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** "Total input tokens … is the summation of input_tokens, cache_creation_input_tokens, and cache_read_input_tokens." */
function usageOf(usage: Json): Usage {
  const cachedTokens = countOf(usage.cache_read_input_tokens) ?? 0;
  const written = countOf(usage.cache_creation_input_tokens) ?? 0;
  return {
    promptTokens: (countOf(usage.input_tokens) ?? 0) + written + cachedTokens,
    cachedTokens,
    completionTokens: countOf(usage.output_tokens) ?? 0,
    reasoningTokens: countOf(objectOf(usage.output_tokens_details)?.thinking_tokens) ?? 0,
  };
}
