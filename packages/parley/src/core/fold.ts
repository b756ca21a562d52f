import { internalError } from '@parley/protocol/errors';
import type { ChatEvent, FinishReason, PromptInfo, Timing, TokenInfo, Usage } from './event.ts';

export interface FoldedToolCall {
  readonly id: string;
  readonly kind: 'function' | 'custom';
  readonly name: string;
  arguments: string;
}

export interface FoldedChoice {
  readonly index: number;
  text: string;
  reasoning: string;
  /** Undefined when no refusal was heard; the empty string is one. */
  refusal: string | undefined;
  /** In the order of their `index`. */
  readonly toolCalls: FoldedToolCall[];
  /** Of the text; undefined when no delta had log probabilities. */
  tokens: TokenInfo[] | undefined;
  reasoningTokens: TokenInfo[] | undefined;
  /** All that were sampled; undefined when no event had any. */
  tokenIds: number[] | undefined;
  /** Where the answer has several prompts. */
  prompt: PromptInfo | undefined;
  reason: FinishReason;
  stop: string | number | undefined;
}

export interface Folded {
  readonly start: Extract<ChatEvent, { type: 'start' }>;
  /** In the order of their `index`. */
  readonly choices: readonly FoldedChoice[];
  readonly usage: Usage;
  readonly timing: Timing;
}

type OpenChoice = Omit<FoldedChoice, 'reason'> & { reason: FinishReason | undefined };

/** The whole answer that a stream of events amounts to. An answer that lacks its end is a fault of the backend: 500. */
export async function fold(events: AsyncIterable<ChatEvent>): Promise<Folded> {
  const answer = new OpenAnswer();
  for await (const event of events) answer.add(event);
  return answer.finish();
}

/** A fold in progress, for those who also pass the events on. */
export class OpenAnswer {
  #start: Folded['start'] | undefined;
  #usage: Usage | undefined;
  #timing: Timing | undefined;
  readonly #choices = new Map<number, OpenChoice>();

  add(event: ChatEvent): void {
    switch (event.type) {
      case 'start':
        this.#start = event;
        return;
      case 'usage':
        if (event.final) this.#usage = event.usage;
        return;
      case 'timing':
        this.#timing = event.timing;
        return;
      case 'choice-prompt':
      case 'text-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'choice-end':
        addToChoice(this.#choice(event.choice), event);
    }
  }

  /** Throws ApiError 500 when the end is missing. */
  finish(): Folded {
    const start = this.#start;
    const usage = this.#usage;
    const timing = this.#timing;
    if (!start || !usage || !timing || this.#choices.size === 0) throw unfinished('the answer');
    const choices = [...this.#choices.values()].sort((a, b) => a.index - b.index).map(closed);
    return { start, choices, usage, timing };
  }

  #choice(index: number): OpenChoice {
    let choice = this.#choices.get(index);
    if (!choice) {
      choice = emptyChoice(index);
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

function addToChoice(choice: OpenChoice, event: Extract<ChatEvent, { choice: number }>): void {
  if ('tokenIds' in event && event.tokenIds) choice.tokenIds = append(choice.tokenIds, event.tokenIds);
  switch (event.type) {
    case 'choice-prompt':
      choice.prompt = event;
      return;
    case 'text-delta':
      choice.text += event.text;
      if (event.tokens) choice.tokens = append(choice.tokens, event.tokens);
      return;
    case 'reasoning-delta':
      choice.reasoning += event.text;
      if (event.tokens) choice.reasoningTokens = append(choice.reasoningTokens, event.tokens);
      return;
    case 'refusal-delta':
      choice.refusal = (choice.refusal ?? '') + event.text;
      return;
    case 'tool-call-start': {
      const { id, kind, name } = event;
      choice.toolCalls[event.index] = { id, kind, name, arguments: '' };
      return;
    }
    case 'tool-call-delta': {
      const call = choice.toolCalls[event.index];
      if (!call) throw unfinished(`tool call ${event.index}`);
      call.arguments += event.arguments;
      return;
    }
    case 'choice-end':
      choice.reason = event.reason;
      choice.stop = event.stop;
  }
}

function append<T>(list: T[] | undefined, more: readonly T[]): T[] {
  if (!list) return [...more];
  for (const each of more) list.push(each);
  return list;
}

function emptyChoice(index: number): OpenChoice {
  return {
    index,
    text: '',
    reasoning: '',
    refusal: undefined,
    toolCalls: [],
    tokens: undefined,
    reasoningTokens: undefined,
    tokenIds: undefined,
    prompt: undefined,
    reason: undefined,
    stop: undefined,
  };
}

function closed(choice: OpenChoice): FoldedChoice {
  const { reason } = choice;
  if (reason === undefined) throw unfinished(`choice ${choice.index}`);
  return { ...choice, reason };
}

function unfinished(what: string): Error {
  return internalError(
    'The answer broke off.',
    new Error(`the events lack the beginning or the end of ${what}`),
  );
}
