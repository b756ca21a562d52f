import { asSkip } from './blank-text.ts';
import type { AnswerPart, AnswerReader } from './format.ts';

/** For answers that are either calls or a text of a form: what looks like a call within such a text is none. */
export function textUnlessCalls(reader: AnswerReader): AnswerReader {
  const state = new Undecided(reader);
  return { push: (text) => state.push(text), end: () => state.end() };
}

/** For answers that must be calls: whatever else is there is a call that the end of the answer cut. */
export function withoutText(reader: AnswerReader): AnswerReader {
  return { push: (text) => reader.push(text).map(asSkip), end: () => reader.end().map(asSkip) };
}

class Undecided {
  readonly #reader: AnswerReader;
  #kind: 'open' | 'text' | 'calls' = 'open';
  /** Pushed and not accounted for by the reader, while that is undecided. */
  #pending = '';

  constructor(reader: AnswerReader) {
    this.#reader = reader;
  }

  push(text: string): AnswerPart[] {
    if (this.#kind === 'text') return [{ type: 'text', text }];
    this.#pending += text;
    return this.#decide(this.#reader.push(text));
  }

  end(): AnswerPart[] {
    return this.#kind === 'text' ? [] : this.#decide(this.#reader.end());
  }

  #decide(parts: readonly AnswerPart[]): AnswerPart[] {
    if (this.#kind === 'calls') return [...parts];
    const told: AnswerPart[] = [];
    for (const [index, part] of parts.entries()) {
      if (part.type === 'call') {
        this.#kind = 'calls';
        this.#pending = '';
        return [...told, ...parts.slice(index)];
      }
      if (part.type === 'text' && part.text.trim() !== '') {
        this.#kind = 'text';
        return [...told, { type: 'text', text: this.#pending }];
      }
      told.push(part);
      if (part.type === 'skip') this.#pending = this.#pending.slice(part.length);
      else if (part.type === 'text') this.#pending = this.#pending.slice(part.text.length);
    }
    return told;
  }
}
