import type { ChatEvent, FinishReason } from '../../core/event.ts';
import type { AnswerPart, AnswerReader } from './format.ts';
import { type Taken, Tape } from './tape.ts';

export interface ReadingOptions {
  /** One for each choice. */
  readonly newReader: () => AnswerReader;
  /** Whether reasoning is told; its tokens count in any case. */
  readonly showReasoning: boolean;
  /** Text to put before each answer, as a mark that the prompt has written already. */
  readonly prefix: string;
  readonly newCallId: () => string;
}

type TextDelta = Extract<ChatEvent, { type: 'text-delta' }>;
type ChoiceEnd = Extract<ChatEvent, { type: 'choice-end' }>;

/** Tells text, reasoning and calls apart in what the model wrote. */
export class AnswerReading {
  readonly #options: ReadingOptions;
  readonly #choices = new Map<number, ChoiceReading>();

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** The event in other words: events of every kind may come of text, others pass as they are. */
  *read(event: ChatEvent): Generator<ChatEvent> {
    switch (event.type) {
      case 'text-delta':
        yield* this.#choice(event.choice).push(event);
        return;
      case 'choice-end':
        yield* this.#choice(event.choice).end(event);
        return;
      case 'usage': {
        let reasoningTokens = event.usage.reasoningTokens;
        for (const choice of this.#choices.values()) reasoningTokens += choice.reasoningTokens;
        yield { ...event, usage: { ...event.usage, reasoningTokens } };
        return;
      }
      default:
        yield event;
    }
  }

  #choice(index: number): ChoiceReading {
    let choice = this.#choices.get(index);
    if (!choice) {
      choice = new ChoiceReading(index, this.#options);
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

class ChoiceReading {
  /** Sampled tokens whose text is reasoning. */
  reasoningTokens = 0;
  readonly #choice: number;
  readonly #options: ReadingOptions;
  readonly #reader: AnswerReader;
  readonly #tape = new Tape();
  /** Of text that is not shown; they belong to the next event. */
  #pending: Taken = { tokenCount: 0 };
  #calls = 0;
  #begun = false;

  constructor(choice: number, options: ReadingOptions) {
    this.#choice = choice;
    this.#options = options;
    this.#reader = options.newReader();
  }

  *push(event: TextDelta): Generator<ChatEvent> {
    yield* this.#begin();
    this.#tape.add(event);
    // Text of nothing has no place in what a reader says.
    if (event.text === '') return;
    yield* this.#tell(this.#reader.push(event.text));
  }

  *end(event: ChoiceEnd): Generator<ChatEvent> {
    yield* this.#begin();
    yield* this.#tell(this.#reader.end());
    const rest = merge(merge(this.#pending, this.#tape.rest()), event);
    const { tokens: _unshown, ...counted } = rest;
    yield { ...event, ...counted, reason: this.#reason(event.reason) };
  }

  #reason(reason: FinishReason): FinishReason {
    return reason === 'stop' && this.#calls > 0 ? 'tool_calls' : reason;
  }

  *#begin(): Generator<ChatEvent> {
    if (this.#begun) return;
    this.#begun = true;
    const { prefix } = this.#options;
    if (prefix !== '') yield { type: 'text-delta', choice: this.#choice, text: prefix, tokenCount: 0 };
  }

  *#tell(parts: readonly AnswerPart[]): Generator<ChatEvent> {
    for (const part of parts) {
      const event = this.#event(part);
      if (event) yield event;
    }
  }

  #event(part: AnswerPart): ChatEvent | undefined {
    const choice = this.#choice;
    switch (part.type) {
      case 'skip':
        this.#hide(this.#tape.take(part.length));
        return undefined;
      case 'text':
        return {
          type: 'text-delta',
          choice,
          text: part.text,
          ...this.#shown(this.#tape.take(part.text.length)),
        };
      case 'reasoning': {
        const taken = this.#tape.take(part.text.length);
        this.reasoningTokens += taken.tokenCount;
        if (this.#options.showReasoning) {
          return { type: 'reasoning-delta', choice, text: part.text, ...this.#shown(taken) };
        }
        this.#hide(taken);
        return undefined;
      }
      case 'call': {
        const { kind, name, id = this.#options.newCallId() } = part;
        const index = this.#calls++;
        return { type: 'tool-call-start', choice, index, id, kind, name, ...this.#counted() };
      }
      case 'arguments': {
        const index = this.#calls - 1;
        return { type: 'tool-call-delta', choice, index, arguments: part.text, ...this.#counted() };
      }
    }
  }

  #hide(taken: Taken): void {
    const { tokens: _unshown, ...counted } = merge(this.#pending, taken);
    this.#pending = counted;
  }

  /** With the tokens that were hidden before. */
  #shown(taken: Taken): Taken {
    const all = merge(this.#pending, taken);
    this.#pending = { tokenCount: 0 };
    return all;
  }

  #counted(): Omit<Taken, 'tokens'> {
    const { tokens: _unshown, ...counted } = this.#shown({ tokenCount: 0 });
    return counted;
  }
}

function merge(first: Taken, second: Taken): Taken {
  const tokenIds =
    first.tokenIds || second.tokenIds ? [...(first.tokenIds ?? []), ...(second.tokenIds ?? [])] : undefined;
  return {
    tokenCount: first.tokenCount + second.tokenCount,
    ...(second.tokens && { tokens: second.tokens }),
    ...(tokenIds && { tokenIds }),
  };
}
