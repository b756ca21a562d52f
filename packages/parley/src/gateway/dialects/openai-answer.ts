import type { ServerSentEvent } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';
import type { FinishReason } from '../../core/event.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { AnswerReader } from './dialect.ts';
import { FaultInStream, throwFault, unsaid } from './fault.ts';
import { countOf, isObject, type Json, objectOf, objectsOf, textOf, tokenIdsOf } from './json.ts';
import { CallReader } from './openai-calls.ts';
import { promptTokensOf } from './openai-logprobs.ts';
import { Pieces } from './openai-pieces.ts';
import { timingOf, usageOf } from './openai-usage.ts';

/** Chunks and bodies of `/chat/completions`. */
export class ChatAnswerReader implements AnswerReader {
  readonly #writer: AnswerWriter;
  readonly #parameters: Parameters;
  readonly #calls = new Map<number, CallReader>();
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
    if (isObject(chunk)) this.#read(chunk);
    else this.#writer.skip();
  }

  whole(body: unknown): void {
    throwFault(body, false);
    if (!isObject(body)) return;
    this.#read(body, 'stop');
    this.#finished = true;
  }

  /** `otherwise`: why a choice ended that does not say so. */
  #read(chunk: Json, otherwise?: FinishReason): void {
    const writer = this.#writer;
    if (!writer.started) writer.head(headOf(chunk, chunk, this.#parameters));
    const usage = usageOf(chunk);
    if (usage !== undefined) writer.use(usage);
    const timing = timingOf(chunk);
    if (timing !== undefined) writer.time(timing);
    const choices = objectsOf(chunk.choices);
    for (const choice of choices) this.#choice(choice, otherwise);
    if (choices.length === 0 && usage === undefined && !Array.isArray(chunk.choices)) writer.skip();
  }

  #choice(choice: Json, otherwise: FinishReason | undefined): void {
    const writer = this.#writer;
    throwFault(choice, false);
    const index = countOf(choice.index) ?? 0;
    const delta = objectOf(choice.delta) ?? objectOf(choice.message) ?? {};
    const { text, thoughts } = contentOf(delta.content);
    const reasoning = thoughts + (textOf(delta.reasoning) || textOf(delta.reasoning_content) || '');
    const pieces = new Pieces(choice, reasoning !== '', text !== '', this.#parameters);
    const reasoned = pieces.reasoning();
    writer.reasoning(index, reasoning, reasoned);
    const hasCalls = delta.tool_calls !== undefined || isObject(delta.function_call);
    const calls = hasCalls && text === '' ? pieces.calls() : {};
    writer.text(index, text, pieces.text());
    const refusal = textOf(delta.refusal);
    if (refusal) writer.refusal(index, refusal);
    if (hasCalls) this.#callsOf(index).read(delta, calls);
    const reason = finishReason(choice.finish_reason) ?? otherwise;
    if (reason !== undefined) writer.end(index, reason, stopOf(choice), pieces.rest());
  }

  #callsOf(choice: number): CallReader {
    let calls = this.#calls.get(choice);
    if (calls === undefined) {
      calls = new CallReader(this.#writer, choice);
      this.#calls.set(choice, calls);
    }
    return calls;
  }
}

/** `place`: where what is said of the prompt stands. */
export function headOf(chunk: Json, place: Json, parameters: Parameters) {
  const model = textOf(chunk.model);
  const created = countOf(chunk.created);
  const systemFingerprint = textOf(chunk.system_fingerprint);
  return {
    ...(model && { model }),
    ...(created && { created }),
    ...(systemFingerprint && { systemFingerprint }),
    ...promptOf(place, parameters),
  };
}

function promptOf(place: Json, { return_token_ids: returnIds, prompt_logprobs: count }: Parameters) {
  const ids = tokenIdsOf(place.prompt_token_ids);
  const promptLogprobs = ids && promptTokensOf(place.prompt_logprobs, ids, count ?? 0);
  if (!ids && Array.isArray(place.prompt_logprobs)) {
    throw new FaultInStream(unsaid('The upstream sent prompt_logprobs without the ids of the prompt.'));
  }
  return { ...(returnIds && ids && { promptTokenIds: ids }), ...(promptLogprobs && { promptLogprobs }) };
}

/** Mistral's models that think send parts: thoughts and text. */
function contentOf(content: unknown): { readonly text: string; readonly thoughts: string } {
  if (typeof content === 'string') return { text: content, thoughts: '' };
  const parts = objectsOf(content);
  return {
    text: parts.map((part) => (part.type === 'thinking' ? '' : (textOf(part.text) ?? ''))).join(''),
    thoughts: parts.map((part) => (part.type === 'thinking' ? textIn(part.thinking) : '')).join(''),
  };
}

function textIn(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return objectsOf(thinking)
    .map((part) => textOf(part.text) ?? '')
    .join('');
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'content_filter',
};

/** Ends that are none: DeepSeek has run out of resources, others broke off. */
const BROKEN: ReadonlySet<string> = new Set(['error', 'abort', 'insufficient_system_resource']);

/** Names for a natural end differ; what is none of the others is one. */
function finishReason(value: unknown): FinishReason | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (BROKEN.has(value)) {
    throw new FaultInStream(unsaid(`The upstream broke off with the finish_reason '${value}'.`, 503));
  }
  return REASONS[value] ?? 'stop';
}

/** vLLM's `stop_reason` is a string or the id of a token; SGLang's `matched_stop` names the end of text by its id too. */
function stopOf({ stop_reason: reason, matched_stop: matched }: Json): string | number | undefined {
  if (typeof reason === 'string') return reason;
  return countOf(reason) ?? textOf(matched);
}
