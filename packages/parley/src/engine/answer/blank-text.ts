import type { AnswerPart, AnswerReader } from './format.ts';

const isBlank = (text: string): boolean => text.trim() === '';

/**
 * White space alone before, between or after calls is no text of the answer, and what was held back behind a call until
 * the end would have been another one.
 */
export function withoutBlanks(reader: AnswerReader): AnswerReader {
  const filter = new BlankFilter();
  return {
    push: (text) => filter.sift(reader.push(text)),
    end: () => [...filter.siftLast(reader.end()), ...filter.end()],
  };
}

class BlankFilter {
  /** Since the last call, while all text there was blank. */
  #held: AnswerPart[] = [];
  #hasText = false;
  #hasCalls = false;

  sift(parts: readonly AnswerPart[]): AnswerPart[] {
    return parts.flatMap((part) => this.#next(part));
  }

  siftLast(parts: readonly AnswerPart[]): AnswerPart[] {
    return parts.flatMap((part) => this.#next(this.#hasCalls ? asSkip(part) : part));
  }

  end(): AnswerPart[] {
    return this.#hasCalls ? this.#heldAsSkips() : this.#held.splice(0);
  }

  #next(part: AnswerPart): AnswerPart[] {
    switch (part.type) {
      case 'text':
        if (this.#hasText) return [part];
        this.#held.push(part);
        if (isBlank(part.text)) return [];
        this.#hasText = true;
        return this.#held.splice(0);
      case 'skip':
        if (this.#held.length === 0) return [part];
        this.#held.push(part);
        return [];
      case 'call':
        this.#hasCalls = true;
        this.#hasText = false;
        return [...this.#heldAsSkips(), part];
      case 'arguments':
      case 'reasoning':
        return [part];
    }
  }

  #heldAsSkips(): AnswerPart[] {
    return this.#held.splice(0).map(asSkip);
  }
}

export function asSkip(part: AnswerPart): AnswerPart {
  return part.type === 'text' ? { type: 'skip', length: part.text.length } : part;
}
