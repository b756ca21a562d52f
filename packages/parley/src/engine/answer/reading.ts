import type { ChatEvent, FinishReason } from '../../core/event.ts';
import { isJson } from './bare-value.ts';
import type { AnswerPart, AnswerReader } from './format.ts';
import { type Taken, Tape } from './tape.ts';

export interface ReadingOptions {
  /** One for each choice. */
  readonly newReader: () => AnswerReader;
  /** Where reasoning is told: apart, in the text, or nowhere. Its tokens count in any case. */
  readonly reasoning: 'apart' | 'text' | 'nowhere';
  /** Text to put before each answer, as a mark that the prompt has written already. */
  readonly prefix: string;
  readonly newCallId: () => string;
}

/** What stands between two texts of a kind: an empty line. */
const SEPARATOR = '\n\n';
const SEPARATOR_BYTES = new TextEncoder().encode(SEPARATOR);

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
  /** Arguments of the last call, where it is a function's. */
  #arguments: string | undefined;
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
    yield { ...event, ...counted, reason: this.#reason(event) };
  }

  /** A stop token may end an answer within a call, which then asks for nothing. */
  #reason({ reason, stop }: ChoiceEnd): FinishReason {
    if (reason !== 'stop' || this.#calls === 0) return reason;
    const isCut = stop !== undefined && this.#arguments !== undefined && !isJson(this.#arguments);
    return isCut ? 'stop' : 'tool_calls';
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
      case 'skip': {
        const taken = this.#tape.take(part.length);
        if (part.separates) return this.#delta(part.separates, SEPARATOR, separating(taken));
        this.#hide(taken);
        return undefined;
      }
      case 'text':
        return this.#delta('text', part.text, this.#tape.take(part.text.length));
      case 'reasoning': {
        const taken = this.#tape.take(part.text.length);
        this.reasoningTokens += taken.tokenCount;
        return this.#delta('reasoning', part.text, taken);
      }
      case 'call': {
        const { kind, name, id = this.#options.newCallId() } = part;
        const index = this.#calls++;
        this.#arguments = kind === 'function' ? '' : undefined;
        return { type: 'tool-call-start', choice, index, id, kind, name, ...this.#counted() };
      }
      case 'arguments': {
        const index = this.#calls - 1;
        if (this.#arguments !== undefined) this.#arguments += part.text;
        return { type: 'tool-call-delta', choice, index, arguments: part.text, ...this.#counted() };
      }
    }
  }

  #delta(kind: 'text' | 'reasoning', text: string, taken: Taken): ChatEvent | undefined {
    const choice = this.#choice;
    const { reasoning } = this.#options;
    if (kind === 'text' || reasoning === 'text') {
      return { type: 'text-delta', choice, text, ...this.#shown(taken) };
    }
    if (reasoning === 'apart') return { type: 'reasoning-delta', choice, text, ...this.#shown(taken) };
    this.#hide(taken);
    return undefined;
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

/** The last of the hidden tokens gives the separator to the text, so that the bytes of all still are the text. */
function separating({ tokens, ...counted }: Taken): Taken {
  const last = tokens?.at(-1);
  return { ...counted, ...(last && { tokens: [{ ...last, bytes: SEPARATOR_BYTES }] }) };
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
