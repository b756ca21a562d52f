import type { ChatEvent, TokenInfo } from '../../core/event.ts';
import type { Transcript } from './transcript.ts';

/** What of an event is new to the caller: all of it, a part, nothing, or it contradicts what was sent. */
export type Spliced = ChatEvent | 'known' | 'different';

/** Joins the events of a second call to those of a first that broke off. */
export interface Splice {
  take(event: ChatEvent): Spliced;
}

type Delta = Extract<ChatEvent, { type: 'text-delta' | 'reasoning-delta' | 'refusal-delta' }>;
type ToolEvent = Extract<ChatEvent, { type: 'tool-call-start' | 'tool-call-delta' }>;

/**
 * For an answer that was begun anew: leaves out what was sent, as long as it is the same. Only when all of it has come
 * again does anything new go out; calls of tools may interleave in another way than before.
 */
export class Replay implements Splice {
  readonly #sent: Pick<Transcript, 'text' | 'reasoning' | 'refusal' | 'calls'>;
  /** How much of each was seen again. */
  readonly #seen = { text: 0, reasoning: 0, refusal: 0 };
  readonly #seenCalls = new Map<number, number>();

  constructor(sent: Transcript) {
    const { text, reasoning, refusal } = sent;
    const calls = new Map([...sent.calls].map(([index, call]) => [index, { ...call }]));
    this.#sent = { text, reasoning, refusal, calls };
  }

  take(event: ChatEvent): Spliced {
    switch (event.type) {
      case 'start':
      case 'choice-prompt':
        return 'known';
      case 'text-delta':
        return this.#delta(event, 'text');
      case 'reasoning-delta':
        return this.#delta(event, 'reasoning');
      case 'refusal-delta':
        return this.#delta(event, 'refusal');
      case 'tool-call-start':
        return this.#callStart(event);
      case 'tool-call-delta':
        return this.#callDelta(event);
      case 'choice-end':
        return this.#isTextSeen() && this.#areCallsSeen() ? event : 'different';
      case 'usage':
      case 'timing':
        return event;
    }
  }

  #delta(event: Delta, channel: 'text' | 'reasoning' | 'refusal'): Spliced {
    const expected = this.#sent[channel].slice(this.#seen[channel]);
    const common = Math.min(expected.length, event.text.length);
    if (!expected.startsWith(event.text.slice(0, common))) return 'different';
    this.#seen[channel] += common;
    if (common === event.text.length && common > 0) return 'known';
    if (event.text === '') return this.#isTextSeen() ? event : 'known';
    return this.#isTextSeen() && this.#areCallsSeen() ? withoutBeginning(event, common) : 'different';
  }

  #callStart(event: Extract<ToolEvent, { type: 'tool-call-start' }>): Spliced {
    const sent = this.#sent.calls.get(event.index);
    if (sent === undefined) return this.#isTextSeen() ? event : 'different';
    if (sent.kind !== event.kind || sent.name !== event.name) return 'different';
    this.#seenCalls.set(event.index, 0);
    // Its id is another one; the caller keeps the one that it has.
    return 'known';
  }

  #callDelta(event: Extract<ToolEvent, { type: 'tool-call-delta' }>): Spliced {
    const sent = this.#sent.calls.get(event.index);
    if (sent === undefined) return event;
    const seen = this.#seenCalls.get(event.index) ?? 0;
    const expected = sent.arguments.slice(seen);
    const common = Math.min(expected.length, event.arguments.length);
    if (!expected.startsWith(event.arguments.slice(0, common))) return 'different';
    this.#seenCalls.set(event.index, seen + common);
    if (common === event.arguments.length) return 'known';
    if (!this.#isTextSeen() || event.tokenIds) return 'different';
    return { ...event, arguments: event.arguments.slice(common) };
  }

  #isTextSeen(): boolean {
    const channels = ['text', 'reasoning', 'refusal'] as const;
    return channels.every((channel) => this.#seen[channel] === this.#sent[channel].length);
  }

  #areCallsSeen(): boolean {
    for (const [index, call] of this.#sent.calls) {
      if (this.#seenCalls.get(index) !== call.arguments.length) return false;
    }
    return true;
  }
}

/** The event without its first characters; its tokens must be cut where the text is. */
export function withoutBeginning(event: Delta, characters: number): Spliced {
  if (characters === 0) return event;
  const text = event.text.slice(characters);
  if (event.type === 'refusal-delta') return { ...event, text };
  if (event.tokenIds !== undefined) return 'different';
  if (event.tokens === undefined) return { ...event, text };
  const tokens = tokensBehind(event.tokens, Buffer.byteLength(event.text.slice(0, characters)));
  return tokens === undefined ? 'different' : { ...event, text, tokens, tokenCount: tokens.length };
}

function tokensBehind(tokens: readonly TokenInfo[], bytes: number): readonly TokenInfo[] | undefined {
  let left = bytes;
  let at = 0;
  while (left > 0 && at < tokens.length) left -= tokens[at++]?.bytes.length ?? 0;
  return left === 0 ? tokens.slice(at) : undefined;
}
