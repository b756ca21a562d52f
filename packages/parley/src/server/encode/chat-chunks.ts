import type { ChatEvent, PromptInfo, TokenInfo } from '../../core/event.ts';
import type { ChoiceEvent, ChoiceWriter } from './chunks.ts';
import { type EncodingOptions, finishReason, scoredTokens, tokenIds, wireLogprobs } from './common.ts';

type ContentEvent = Exclude<ChoiceEvent, { type: 'choice-end' | 'choice-prompt' }>;

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
    return choiceOf({ choice }, `{"role":"assistant","content":${content}}`);
  }

  prompt(choice: number, { echo = '', echoTokens }: PromptInfo): string {
    const tokens = echoTokens && scoredTokens(echoTokens);
    const logprobs = tokens ? this.#logprobs({ tokens }) : 'null';
    return choiceOf({ choice }, `{"content":${JSON.stringify(echo)}}`, logprobs);
  }

  content(event: ContentEvent): string {
    switch (event.type) {
      case 'text-delta':
        return choiceOf(event, `{"content":${JSON.stringify(event.text)}}`, this.#logprobs(event));
      case 'reasoning-delta':
        return this.#reasoning(event);
      case 'refusal-delta':
        return choiceOf(event, `{"refusal":${JSON.stringify(event.text)}}`);
      case 'tool-call-start':
        return this.#callStart(event);
      case 'tool-call-delta':
        return this.#callDelta(event);
    }
  }

  ending(event: Extract<ChatEvent, { type: 'choice-end' }>): string {
    const stop = JSON.stringify(event.stop ?? null);
    const reason = finishReason(event.reason, this.#options);
    return `{"index":${event.choice},"delta":{},"logprobs":null,"finish_reason":"${reason}","stop_reason":${stop}${tokenIds(event)}}`;
  }

  #reasoning(event: Extract<ChatEvent, { type: 'reasoning-delta' }>): string {
    const text = JSON.stringify(event.text);
    const logprobs = this.#logprobs(event);
    const extra = logprobs === 'null' ? '' : `,"reasoning_logprobs":${logprobs}`;
    return choiceOf(event, `{"reasoning":${text},"reasoning_content":${text}}`, 'null', extra);
  }

  #callStart(event: Extract<ChatEvent, { type: 'tool-call-start' }>): string {
    const { choice, index, id, kind, name } = event;
    if (this.#options.legacyCalls) {
      return choiceOf(event, JSON.stringify({ function_call: { name, arguments: '' } }));
    }
    if (kind === 'custom') this.#customCalls.add(`${choice}.${index}`);
    const call = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
    return choiceOf(event, JSON.stringify({ tool_calls: [{ index, id, type: kind, ...call }] }));
  }

  #callDelta(event: Extract<ChatEvent, { type: 'tool-call-delta' }>): string {
    const { choice, index, arguments: text } = event;
    if (this.#options.legacyCalls) {
      return choiceOf(event, JSON.stringify({ function_call: { arguments: text } }));
    }
    const custom = this.#customCalls.has(`${choice}.${index}`);
    const call = custom ? { custom: { input: text } } : { function: { arguments: text } };
    return choiceOf(event, JSON.stringify({ tool_calls: [{ index, ...call }] }));
  }

  #logprobs({ tokens }: { readonly tokens?: readonly TokenInfo[] }): string {
    if (!this.#options.logprobs) return 'null';
    return JSON.stringify(wireLogprobs(tokens ?? [], this.#options.tokensAsIds));
  }
}

interface Told {
  readonly choice: number;
  readonly tokenIds?: readonly number[];
}

function choiceOf(event: Told, delta: string, logprobs = 'null', extra = ''): string {
  const more = extra + tokenIds(event);
  return `{"index":${event.choice},"delta":${delta},"logprobs":${logprobs}${more},"finish_reason":null}`;
}
