import type { ServerSentEvent } from '@parley/protocol';
import type { Input, Parameters } from '../../core/complete.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { AnswerReader } from './dialect.ts';
import { throwFault } from './fault.ts';
import { countOf, isObject, type Json, objectsOf, textOf, tokenIdsOf } from './json.ts';
import { headOf } from './openai-answer.ts';
import { listedTokensOf } from './openai-logprobs.ts';
import { timingOf, usageOf } from './openai-usage.ts';

/** The body fields of `/completions` that a chat has other words for. */
export function promptFields(
  input: Exclude<Input, { kind: 'messages' }>,
  parameters: Parameters,
  fields: Json,
): Json {
  const { top_logprobs: _top, logprobs: _logprobs, max_completion_tokens: limit, ...rest } = fields;
  return {
    prompt: input.kind === 'text' ? input.text : input.tokens,
    ...rest,
    ...(limit !== undefined && { max_tokens: limit }),
    ...(parameters.logprobs === true && { logprobs: parameters.top_logprobs ?? 0 }),
  };
}

/** Chunks and bodies of `/completions`. */
export class PromptAnswerReader implements AnswerReader {
  readonly #writer: AnswerWriter;
  readonly #parameters: Parameters;
  #finished = false;

  constructor(writer: AnswerWriter, parameters: Parameters) {
    this.#writer = writer;
    this.#parameters = parameters;
  }

  get finished(): boolean {
    return this.#finished;
  }

  event({ event, data }: ServerSentEvent): void {
    if (data === '[DONE]') {
      this.#finished = true;
      return;
    }
    const chunk: unknown = JSON.parse(data);
    throwFault(chunk, event === 'error');
    if (isObject(chunk)) this.#read(chunk, false);
    else this.#writer.skip();
  }

  whole(body: unknown): void {
    throwFault(body, false);
    if (!isObject(body)) return;
    this.#read(body, true);
    this.#finished = true;
  }

  #read(chunk: Json, isWhole: boolean): void {
    const writer = this.#writer;
    const usage = usageOf(chunk);
    if (usage !== undefined) writer.use(usage);
    const timing = timingOf(chunk);
    if (timing !== undefined) writer.time(timing);
    for (const choice of objectsOf(chunk.choices)) {
      if (!writer.started) writer.head(headOf(chunk, choice, this.#parameters));
      const index = countOf(choice.index) ?? 0;
      const extras = {
        tokens: this.#parameters.logprobs ? listedTokensOf(choice.logprobs) : undefined,
        tokenIds: this.#parameters.return_token_ids ? tokenIdsOf(choice.token_ids) : undefined,
      };
      writer.text(index, textOf(choice.text) ?? '', extras);
      const reason = textOf(choice.finish_reason) || (isWhole ? 'stop' : '');
      if (reason === '') continue;
      const stop = textOf(choice.stop_reason) ?? countOf(choice.stop_reason);
      writer.end(index, reason === 'length' || reason === 'content_filter' ? reason : 'stop', stop);
    }
  }
}
