import { createHash } from 'node:crypto';
import type { ChatEvent, FinishReason, PromptInfo, Timing, TokenInfo, Usage } from '../../core/event.ts';

type Start = Extract<ChatEvent, { type: 'start' }>;

export interface AnswerIdentity {
  /** Of the call. */
  readonly id: string;
  /** What the upstream calls the model, unless it says otherwise. */
  readonly model: string;
  /** Unix time in seconds, for upstreams that name none. */
  readonly created: number;
  /** Of the target, for upstreams that name none. */
  readonly fingerprint: string;
}

/** What comes with a piece of text. */
export interface Extras {
  readonly tokens?: readonly TokenInfo[] | undefined;
  readonly tokenIds?: readonly number[] | undefined;
}

interface OpenChoice {
  /** For each call, whether nothing of its arguments has come and something must: functions take an object. */
  readonly owesArguments: boolean[];
  ended: boolean;
}

/**
 * Keeps the order that events must have, whatever an upstream sends: `start` with the first piece and not before,
 * nothing of a choice behind its end, one end each. Upstreams do not say how many tokens a piece stands for; without
 * ids or log probabilities it counts as one.
 */
export class AnswerWriter {
  readonly #identity: AnswerIdentity;
  readonly #choices = new Map<number, OpenChoice>();
  #skipped = 0;
  #head: Partial<Omit<Start, 'type' | 'id'>> = {};
  #started = false;
  #events: ChatEvent[] = [];
  #usage: Usage | undefined;
  #timing: Timing | undefined;
  #open = 0;

  constructor(identity: AnswerIdentity) {
    this.#identity = identity;
  }

  get started(): boolean {
    return this.#started;
  }

  /** Whether there was a choice and all that there were have ended. */
  get ended(): boolean {
    return this.#started && this.#open === 0;
  }

  /** Pieces that made no sense and were left out. */
  get skipped(): number {
    return this.#skipped;
  }

  skip(): void {
    this.#skipped++;
  }

  /** Choices seen so far. */
  get choices(): number {
    return this.#choices.size;
  }

  /** The last that was heard; undefined where nothing was. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  get timing(): Timing | undefined {
    return this.#timing;
  }

  /** The events since the last time. */
  take(): readonly ChatEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  /** What the first piece of an answer says of the whole; later words are not heard. */
  head(head: Partial<Omit<Start, 'type' | 'id'>>): void {
    if (!this.#started) this.#head = { ...head, ...this.#head };
  }

  prompt(choice: number, prompt: PromptInfo): void {
    if (this.#choice(choice)) this.#events.push({ type: 'choice-prompt', choice, ...prompt });
  }

  text(choice: number, text: string, extras: Extras = NO_EXTRAS): void {
    if (text === '' && isEmpty(extras)) return;
    if (!this.#choice(choice)) return;
    this.#events.push({ type: 'text-delta', choice, text, ...counted(extras, 1), ...tokensOf(extras) });
  }

  reasoning(choice: number, text: string, extras: Extras = NO_EXTRAS): void {
    if (text === '' && isEmpty(extras)) return;
    if (!this.#choice(choice)) return;
    this.#events.push({ type: 'reasoning-delta', choice, text, ...counted(extras, 1), ...tokensOf(extras) });
  }

  refusal(choice: number, text: string): void {
    if (text !== '' && this.#choice(choice)) this.#events.push({ type: 'refusal-delta', choice, text });
  }

  /** Opens the next call of the choice and returns its index. Without an id of the upstream it is given one. */
  callStart(
    choice: number,
    call: { readonly id?: string | undefined; readonly kind: 'function' | 'custom'; readonly name: string },
    extras: Extras = NO_EXTRAS,
  ): number {
    const open = this.#choice(choice);
    if (!open) return -1;
    const { kind, name } = call;
    const index = open.owesArguments.push(kind === 'function') - 1;
    const id = call.id || this.#callId(choice, index);
    this.#events.push({ type: 'tool-call-start', choice, index, id, kind, name, ...counted(extras, 1) });
    return index;
  }

  callArguments(choice: number, index: number, text: string, extras: Extras = NO_EXTRAS): void {
    if (text === '' && isEmpty(extras)) return;
    const open = this.#choice(choice);
    if (index < 0 || !open) return;
    open.owesArguments[index] = false;
    this.#events.push({ type: 'tool-call-delta', choice, index, arguments: text, ...counted(extras, 1) });
  }

  /** A natural end with calls is that of calls, however the upstream words it. */
  end(choice: number, reason: FinishReason, stop?: string | number, extras: Extras = NO_EXTRAS): void {
    const open = this.#choice(choice);
    if (!open) return;
    if (reason !== 'length') this.#payArguments(choice, open);
    open.ended = true;
    this.#open--;
    this.#events.push({
      type: 'choice-end',
      choice,
      reason: reason === 'stop' && open.owesArguments.length > 0 ? 'tool_calls' : reason,
      ...(stop !== undefined && { stop }),
      ...counted(extras, 0),
    });
  }

  /** Later words win: some upstreams tell it with every piece. */
  use(usage: Usage): void {
    const first = this.#usage === undefined;
    this.#usage = usage;
    if (first && this.#started && this.#open > 0) this.#events.push({ type: 'usage', usage, final: false });
  }

  time(timing: Timing): void {
    this.#timing = timing;
  }

  /** Some upstreams send nothing for a call without arguments; whoever reads it would fail on the empty text. */
  #payArguments(choice: number, { owesArguments }: OpenChoice): void {
    for (const [index, owed] of owesArguments.entries()) {
      if (owed) this.callArguments(choice, index, '{}');
    }
  }

  /** Undefined where the choice has ended. */
  #choice(index: number): OpenChoice | undefined {
    if (!this.#started) this.#start();
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = { owesArguments: [], ended: false };
      this.#choices.set(index, choice);
      this.#open++;
    }
    return choice.ended ? undefined : choice;
  }

  #start(): void {
    this.#started = true;
    const { id, model, created, fingerprint } = this.#identity;
    const { systemFingerprint = fingerprint, ...head } = this.#head;
    this.#events.push({ type: 'start', id, model, created, systemFingerprint, ...head });
    if (this.#usage !== undefined) this.#events.push({ type: 'usage', usage: this.#usage, final: false });
  }

  /** The same for the same call, so that nothing random is needed. */
  #callId(choice: number, index: number): string {
    const { id } = this.#identity;
    return `call_${createHash('sha256').update(`${id}/${choice}/${index}`).digest('hex').slice(0, 24)}`;
  }
}

const NO_EXTRAS: Extras = {};

function isEmpty({ tokens, tokenIds }: Extras): boolean {
  return (tokens?.length ?? 0) === 0 && (tokenIds?.length ?? 0) === 0;
}

function counted({ tokens, tokenIds }: Extras, otherwise: number) {
  const tokenCount = tokenIds?.length ?? tokens?.length ?? otherwise;
  return tokenIds === undefined ? { tokenCount } : { tokenCount, tokenIds };
}

function tokensOf({ tokens }: Extras) {
  return tokens === undefined ? undefined : { tokens };
}
