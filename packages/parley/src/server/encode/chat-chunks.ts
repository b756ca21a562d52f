import type { ChatEvent } from '../../core/event.ts';
import type { ChoiceEvent, ChoiceWriter } from './chunks.ts';
import { type EncodingOptions, wireLogprobs } from './common.ts';

type ContentEvent = Exclude<ChoiceEvent, { type: 'choice-end' }>;

/** The choices of `chat.completion.chunk`. */
export class ChatChoiceWriter implements ChoiceWriter {
  readonly object = 'chat.completion.chunk';
  readonly #options: EncodingOptions;
  /** Custom tool calls carry `input` where functions carry `arguments`. */
  readonly #customCalls = new Set<string>();

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  opening(choice: number, first: ChoiceEvent): string {
    const content = first.type === 'tool-call-start' ? 'null' : '""';
    return choiceOf(choice, `{"role":"assistant","content":${content}}`);
  }

  echo(choice: number, text: string): string {
    return choiceOf(choice, `{"content":${JSON.stringify(text)}}`);
  }

  content(event: ContentEvent): string {
    switch (event.type) {
      case 'text-delta':
        return choiceOf(event.choice, `{"content":${JSON.stringify(event.text)}}`, this.#logprobs(event));
      case 'reasoning-delta':
        return this.#reasoning(event);
      case 'refusal-delta':
        return choiceOf(event.choice, `{"refusal":${JSON.stringify(event.text)}}`);
      case 'tool-call-start':
        return this.#callStart(event);
      case 'tool-call-delta':
        return this.#callDelta(event);
    }
  }

  ending(event: Extract<ChatEvent, { type: 'choice-end' }>): string {
    const stop = JSON.stringify(event.stop ?? null);
    return `{"index":${event.choice},"delta":{},"logprobs":null,"finish_reason":"${event.reason}","stop_reason":${stop}}`;
  }

  #reasoning(event: Extract<ChatEvent, { type: 'reasoning-delta' }>): string {
    const text = JSON.stringify(event.text);
    const logprobs = this.#logprobs(event);
    const extra = logprobs === 'null' ? '' : `,"reasoning_logprobs":${logprobs}`;
    return choiceOf(event.choice, `{"reasoning":${text},"reasoning_content":${text}}`, 'null', extra);
  }

  #callStart(event: Extract<ChatEvent, { type: 'tool-call-start' }>): string {
    const { choice, index, id, kind, name } = event;
    if (kind === 'custom') this.#customCalls.add(`${choice}.${index}`);
    const call = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
    return choiceOf(choice, JSON.stringify({ tool_calls: [{ index, id, type: kind, ...call }] }));
  }

  #callDelta(event: Extract<ChatEvent, { type: 'tool-call-delta' }>): string {
    const { choice, index, arguments: text } = event;
    const custom = this.#customCalls.has(`${choice}.${index}`);
    const call = custom ? { custom: { input: text } } : { function: { arguments: text } };
    return choiceOf(choice, JSON.stringify({ tool_calls: [{ index, ...call }] }));
  }

  #logprobs({ tokens }: Extract<ChatEvent, { type: 'text-delta' | 'reasoning-delta' }>): string {
    if (!this.#options.logprobs) return 'null';
    return JSON.stringify(wireLogprobs(tokens ?? [], this.#options.tokensAsIds));
  }
}

function choiceOf(index: number, delta: string, logprobs = 'null', extra = ''): string {
  return `{"index":${index},"delta":${delta},"logprobs":${logprobs}${extra},"finish_reason":null}`;
}
