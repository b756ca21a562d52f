import { deserialize, serialize } from 'node:v8';
import type { ChatEvent, PromptToken } from '../../core/event.ts';

type Delta = Extract<ChatEvent, { type: 'text-delta' | 'reasoning-delta' }>;

/** Longer answers are not kept: characters and tokens together. */
const LARGEST_RECORDING = 4_000_000;

interface Recorded {
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly events: readonly ChatEvent[];
}

/** An answer that is written down while it is told. */
export class Recording {
  readonly #events: ChatEvent[] = [];
  #size = 0;
  #isComplete = false;
  #isKept = true;

  add(event: ChatEvent): void {
    if (!this.#isKept) return;
    this.#size += sizeOf(event);
    // An answer that was filtered may not be next time; nor is it one.
    if (
      this.#size > LARGEST_RECORDING ||
      (event.type === 'choice-end' && event.reason === 'content_filter')
    ) {
      this.#isKept = false;
      this.#events.length = 0;
      return;
    }
    if (event.type === 'choice-end') this.#isComplete = true;
    const last = this.#events.at(-1);
    const merged = last && mergedDelta(last, event);
    if (merged) this.#events[this.#events.length - 1] = merged;
    else this.#events.push(withLists(event));
  }

  /** `at`: Unix time in milliseconds. Undefined where there is nothing worth keeping. */
  finish(at: number): Uint8Array | undefined {
    const recorded: Recorded = { at, events: this.#events };
    return this.#isKept && this.#isComplete ? serialize(recorded) : undefined;
  }
}

/** The events of an answer that was recorded since then; undefined where it is older. `since`: Unix time in milliseconds. */
export function recordedSince(since: number, recording: Uint8Array): readonly ChatEvent[] | undefined {
  // Only `finish` writes these.
  const { at, events }: Recorded = deserialize(recording);
  return at >= since ? events : undefined;
}

/** The events of a recorded answer, as those of this call. Nothing was computed for it. */
export function* replayed(events: readonly ChatEvent[], id: string): Generator<ChatEvent> {
  for (const event of events) {
    if (event.type === 'start') yield { ...event, id };
    else if (event.type === 'usage') {
      yield { ...event, usage: { ...event.usage, cachedTokens: event.usage.promptTokens } };
    } else if (event.type === 'timing') {
      const timing = { queueSeconds: 0, promptSeconds: 0, completionSeconds: 0, totalSeconds: 0 };
      yield { ...event, timing };
    } else yield event;
  }
}

/** Pieces of one text in one: a recorded answer need not come in as many pieces as it was sampled in. */
function mergedDelta(last: ChatEvent, event: ChatEvent): Delta | undefined {
  if (event.type !== 'text-delta' && event.type !== 'reasoning-delta') return undefined;
  if (last.type !== event.type || last.choice !== event.choice) return undefined;
  if (last.tokens || event.tokens || last.tokenIds || event.tokenIds) return undefined;
  return { ...last, text: last.text + event.text, tokenCount: last.tokenCount + event.tokenCount };
}

/** What is said of a prompt may be lists that are made while they are read. */
function withLists(event: ChatEvent): ChatEvent {
  if (event.type !== 'start' && event.type !== 'choice-prompt') return event;
  const { echoTokens, promptLogprobs } = event;
  return {
    ...event,
    ...(echoTokens && { echoTokens: listOf(echoTokens) }),
    ...(promptLogprobs && { promptLogprobs: listOf(promptLogprobs) }),
  };
}

function listOf(tokens: Iterable<PromptToken>): PromptToken[] {
  return [...tokens];
}

function sizeOf(event: ChatEvent): number {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
      return (
        event.text.length + (event.tokens?.reduce((sum, { top }) => sum + 50 * (top.length + 1), 0) ?? 0)
      );
    case 'refusal-delta':
      return event.text.length;
    case 'tool-call-delta':
      return event.arguments.length;
    case 'start':
    case 'choice-prompt':
    case 'tool-call-start':
    case 'choice-end':
    case 'usage':
    case 'timing':
      return 100;
  }
}
