import type { Message } from '@parley/protocol';

interface Turn {
  readonly user: string;
  readonly assistant: string | undefined;
}

/** What was said so far: a system message, and turns of a user message and its answer. */
export class Conversation {
  system: string | undefined;
  #turns: Turn[] = [];

  constructor(system: string | undefined) {
    this.system = system;
  }

  get length(): number {
    return this.#turns.length;
  }

  get messages(): readonly Message[] {
    const system: Message[] = this.system ? [{ role: 'system', content: this.system }] : [];
    return [
      ...system,
      ...this.#turns.flatMap(({ user, assistant }): Message[] => [
        { role: 'user', content: user },
        ...(assistant === undefined ? [] : [{ role: 'assistant', content: assistant } as const]),
      ]),
    ];
  }

  ask(user: string): void {
    this.#turns.push({ user, assistant: undefined });
  }

  /** Completes the last turn; without any text the turn is as if it had not been. */
  answer(text: string): void {
    const last = this.#turns.pop();
    if (last && text.length > 0) this.#turns.push({ ...last, assistant: text });
  }

  /** Forgets the oldest turn, unless it is the one that is being answered. */
  dropOldest(): boolean {
    if (this.#turns.length <= 1) return false;
    this.#turns.shift();
    return true;
  }

  clear(): void {
    this.#turns = [];
  }
}
