import type { ChatEvent } from '../../core/event.ts';

export interface SentCall {
  readonly kind: 'function' | 'custom';
  readonly name: string;
  arguments: string;
}

/** What the caller has been sent of an answer of one choice. */
export class Transcript {
  text = '';
  reasoning = '';
  refusal = '';
  /** By index. */
  readonly calls = new Map<number, SentCall>();
  /** Sampled tokens, as far as the events tell. */
  tokens = 0;
  started = false;
  ended = false;

  add(event: ChatEvent): void {
    if ('tokenCount' in event) this.tokens += event.tokenCount;
    switch (event.type) {
      case 'start':
        this.started = true;
        return;
      case 'text-delta':
        this.text += event.text;
        return;
      case 'reasoning-delta':
        this.reasoning += event.text;
        return;
      case 'refusal-delta':
        this.refusal += event.text;
        return;
      case 'tool-call-start':
        this.calls.set(event.index, { kind: event.kind, name: event.name, arguments: '' });
        return;
      case 'tool-call-delta': {
        const call = this.calls.get(event.index);
        if (call) call.arguments += event.arguments;
        return;
      }
      case 'choice-end':
        this.ended = true;
        return;
      case 'choice-prompt':
      case 'usage':
      case 'timing':
    }
  }
}
